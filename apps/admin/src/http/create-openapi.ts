import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { productVersion } from './product-version.js';
import { schemas } from './schemas.js';

/** The OpenAPI 3.1 document of the management API, built from the routes' declarations. */
export function createOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Hookmill management API')
    .setDescription(
      'Workflows, executions, requests, secrets, collections and keys. Errors are application/problem+json (RFC 9457).',
    )
    .setVersion(productVersion())
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'an API key' })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  document.components = {
    ...document.components,
    // The types of @nestjs/swagger are those of OpenAPI 3.0; in 3.1 a schema is any JSON Schema.
    schemas: { ...document.components?.schemas, ...(schemas as object) },
  };
  return document;
}

/** `/api/openapi.json`, and `/api/docs` from files of our own: nothing on the page comes from elsewhere. */
export function serveOpenApi(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('api/docs', app, document, {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Hookmill API',
    swaggerOptions: { validatorUrl: null, persistAuthorization: false },
  });
}
