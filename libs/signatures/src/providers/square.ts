import type { Provider } from '../contract.js';

/**
 * Square webhook subscriptions.
 * Source: https://developer.squareup.com/docs/webhooks/step3validate
 */
export const square: Provider = {
  name: 'square',
  title: 'Square',
  docs:
    'Verifies `x-square-hmacsha256-signature` (base64 HMAC-SHA256) over the notification URL and the raw body. ' +
    'The URL is the one that is registered with Square, byte for byte: give it as `url` where it is not the ' +
    'public one. The delivery id is `event_id`, the event `type`. No time is signed. Square waits 10 seconds and ' +
    'retries for 24 hours.',
  link: 'https://developer.squareup.com/docs/webhooks/step3validate',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-square-hmacsha256-signature' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{url}{raw}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
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
  deliveryId: { json: 'event_id' },
  eventType: { json: 'type' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 10_000,
  retryHorizonMs: 86_400_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"merchant_id":"6SSW7HV8K2ST5","type":"payment.updated","event_id":"13b867cf-db3d-4b1c-90b6-2f32a9d78124"' +
      ',"data":{"type":"payment","id":"hYy9pRFVxpDsO1FB05SunFWUe9JZY"}}',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by square 46.0.0',
      entry: { secrets: ['asdf1234'] },
      url: 'https://hooks.example.com/api/webhooks/square',
      body:
        '{"merchant_id":"MLEFBHHSJGVHD","type":"payment.updated","event_id":"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc"' +
        '}',
      headers: { 'x-square-hmacsha256-signature': 'IaXaRf7at1+0AS0FJvsRwyANe5jMVsQaqW2dQQ1loyY=' },
      at: null,
    },
  ],
};
