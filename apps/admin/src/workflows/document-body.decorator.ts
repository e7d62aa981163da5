import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';

/** Documents a body that is a workflow document, in JSON or YAML. */
export function DocumentBody(): MethodDecorator {
  return applyDecorators(
    ApiConsumes('application/json', 'application/yaml'),
    ApiBody({ required: true, schema: { $ref: '#/components/schemas/Document' } }),
  );
}
