import type { Provider } from '../contract.js';

/**
 * HubSpot app webhooks, signature version 3.
 * Source: https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
 */
export const hubspot: Provider = {
  name: 'hubspot',
  title: 'HubSpot',
  docs:
    'Verifies `X-HubSpot-Signature-v3` (base64 HMAC-SHA256) over method, URL, raw body and time with the client ' +
    "secret; the older versions 1 and 2 are ignored. The escapes of `:/?@!$'()*,;` in the URL are undone first, " +
    'as HubSpot does. `X-HubSpot-Request-Timestamp`, in milliseconds, may differ from now by five minutes in both' +
    ' directions. The body is a list, which one execution gets together; the delivery id is made of every event: its ' +
    '`eventId`, `subscriptionId` and `occurredAt`, since `eventId` alone is not unique. HubSpot waits 5 seconds ' +
    'and retries ten times in 24 hours.',
  link: 'https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-hubspot-signature-v3' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{method}{url}{raw}{timestamp}',
    timestamp: { from: { header: 'x-hubspot-request-timestamp' }, unit: 'ms', past: 300, future: 300 },
    nonce: null,
    id: null,
    keyId: null,
    url: 'decoded',
  },
  secrets: 'required',
  options: {
    properties: {
      url: {
        type: 'string',
        pattern: '^https?://|\\{\\{',
        maxLength: 2048,
        description: 'The URL as it is registered with the provider; default is the public URL of the workflow.',
      },
    },
    required: [],
  },
  deliveryId: { each: '', item: ['eventId', 'subscriptionId', 'occurredAt'] },
  eventType: null,
  batch: { items: '', id: { all: [{ json: 'eventId' }, { json: 'subscriptionId' }, { json: 'occurredAt' }] } },
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 5_000,
  retryHorizonMs: 86_400_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '[{"eventId":100,"subscriptionId":2787473,"portalId":33701785,"occurredAt":1772366400000,"subscriptionType' +
      '":"contact.creation","attemptNumber":0,"objectId":123}]',
  },
  vectors: [
    {
      source: '@hubspot/api-client 14.0.1, Signature.getSignature, with its URL escaped',
      entry: { secrets: ['yyyy'] },
      url: 'https://hooks.example.com/api/webhooks/hubspot?a=b%3Ac',
      body: '[{"eventId":1,"subscriptionId":12345,"occurredAt":1772366399123,"subscriptionType":"contact.creation"}]',
      headers: {
        'x-hubspot-request-timestamp': '1772366400000',
        'x-hubspot-signature-v3': 'GINvlCIofUkEEa8tR1yPyXvnCwcgMxDIzUHLu1joIes=',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
