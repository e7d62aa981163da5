import { createHmac } from 'node:crypto';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { bodyPart, headerPart } from '../flip.js';
import { official } from '../official-provider.js';
import { bytesNotText, canonicalBase64 } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SECRET = 'shpss_0123456789abcdef';
const HEADER = 'x-shopify-hmac-sha256';

const { webhooks } = shopifyApi({
  apiKey: 'key',
  apiSecretKey: SECRET,
  apiVersion: Object.values(ApiVersion).at(-1)!,
  hostName: 'hooks.example',
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error },
});

export const shopify = official({
  preset: 'shopify',
  name: '@shopify/shopify-api',
  secrets: [SECRET],
  signedBy: 'formula',
  parts: [bodyPart, headerPart(HEADER)],
  // Of a header the package's adapter trims white space, which Node has done where HTTP knows it as such.
  stricter: [bytesNotText, canonicalBase64(({ headers }) => headers[HEADER])],
  sample: (url, random) => ({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'shop.myshopify.com',
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': sampleId(random),
    },
    body: jsonBytes({ id: 820982911946154500, ...sampleObject(random) }, random),
  }),
  sign: (request) => ({
    ...request,
    headers: {
      ...request.headers,
      [HEADER]: createHmac('sha256', SECRET).update(request.body).digest('base64'),
    },
  }),
  verify: async ({ method, headers, body }) => {
    const rawRequest = new Request('https://hooks.example/', { method, headers: latin1(headers) });
    return (await webhooks.validate({ rawBody: body.toString(), rawRequest })).valid;
  },
});

/** A Request takes no character beyond one byte: such a header could not have been sent. */
function latin1(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\0-\xff]/g, '?')]));
}
