import type { Provider } from '../contract.js';

/**
 * A bearer token of any issuer.
 * Source: RFC 7519, RFC 8725 (best current practice)
 */
export const jwt: Provider = {
  name: 'jwt',
  title: 'JWT (bearer token)',
  docs:
    'Verifies the token in `Authorization: Bearer` before the body is read. Only the listed `algorithms` count; HS256, ' +
    'HS384 and HS512 use `secrets`, all others `publicKey` or the keys behind `jwksUrl`. `exp` must be there unless ' +
    '`requireExpiry` is false; `exp`, `nbf` and `iat` have a `leeway` of 60 seconds; `issuer` and `audience` must match ' +
    'where they are given. A token with `crit` is refused. The body is not covered: whoever holds a token can send ' +
    'anything until it is over, as often as wanted; a `jti` is kept as the id that the token proves.',
  link: 'https://www.rfc-editor.org/rfc/rfc8725',
  scheme: { kind: 'jwt' },
  secrets: 'optional',
  options: {
    properties: {
      algorithms: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: {
          enum: [
            ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
            ...['ES256', 'ES384', 'ES512', 'EdDSA', 'HS256', 'HS384', 'HS512'],
          ],
        },
        description: 'Algorithms that are accepted; a token names one of them.',
      },
      publicKey: {
        type: 'string',
        pattern: '\\S',
        maxLength: 16384,
        description: 'Public key as PEM, bare base64 of SPKI, or JWK; for all but HS256, HS384, HS512.',
      },
      jwksUrl: {
        type: 'string',
        pattern: '^https://|\\{\\{',
        maxLength: 2048,
        description: 'Where the issuer publishes its keys (JWK Set), in place of publicKey.',
      },
      issuer: { type: 'string', pattern: '\\S', description: 'What iss must be.' },
      audience: {
        anyOf: [
          { type: 'string', pattern: '\\S' },
          { type: 'array', minItems: 1, items: { type: 'string', pattern: '\\S' } },
        ],
        description: 'What aud must be or hold; of a list, one is enough.',
      },
      leeway: {
        type: 'integer',
        minimum: 0,
        maximum: 600,
        description: 'Seconds that the clocks may differ; default 60.',
      },
      requireExpiry: { type: 'boolean', description: 'False lets tokens without exp pass; default true.' },
    },
    required: ['algorithms'],
    anyOf: ['publicKey', 'jwksUrl', 'secrets'],
  },
  deliveryId: null,
  eventType: null,
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: null,
  sample: { headers: { 'content-type': 'application/json' }, body: '{"event":"sample"}' },
  vectors: [
    {
      source: 'RFC 7515, appendix A.3 (ES256)',
      entry: {
        secrets: [],
        options: {
          algorithms: ['ES256'],
          issuer: 'joe',
          publicKey:
            '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",' +
            '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}',
        },
      },
      body: '',
      headers: {
        authorization:
          'Bearer eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p' +
          'c19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
      },
      at: '2011-03-22T18:43:00Z',
    },
  ],
};
