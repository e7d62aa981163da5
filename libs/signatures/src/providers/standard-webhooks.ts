import type { Provider } from '../contract.js';

/**
 * Any sender that follows Standard Webhooks: OpenAI, Clerk, Resend, Replicate, Supabase and others.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks: Provider = {
  name: 'standard-webhooks',
  title: 'Standard Webhooks',
  docs:
    'Verifies `webhook-signature` over id, time and raw body: `v1` (HMAC-SHA256) with a key `whsec_<base64>` of ' +
    '24 to 64 bytes, `v1a` (Ed25519) with a public key `whpk_<base64>`. One of several signatures must fit. ' +
    '`webhook-timestamp` may differ from now by five minutes in both directions. The delivery id is `webhook-id`,' +
    " equal on retries; the event is the body's `type`. Senders should wait 15 to 30 seconds and retry for about " +
    'three days.',
  link: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
  scheme: {
    kind: 'signed-bytes',
    keys: [
      { algorithm: 'hmac-sha256', encoding: 'base64', prefix: 'whsec_', label: 'v1', bytes: { min: 24, max: 64 } },
      { algorithm: 'ed25519', encoding: 'ed25519-base64', prefix: 'whpk_', label: 'v1a' },
      { algorithm: 'hmac-sha256', encoding: 'base64', prefix: '', label: 'v1', bytes: { min: 24, max: 64 } },
    ],
    signature: { header: 'webhook-signature' },
    grammar: { kind: 'versions' },
    encoding: 'base64',
    signedBytes: '{id}.{timestamp}.{raw}',
    timestamp: { from: { header: 'webhook-timestamp' }, unit: 's', past: 300, future: 300 },
    nonce: null,
    id: { header: 'webhook-id' },
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { header: 'webhook-id' },
  eventType: { json: 'type' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 15_000,
  retryHorizonMs: 273_600_000,
  sample: {
    headers: { 'content-type': 'application/json', 'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' },
    body:
      '{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52-5198-4599-803e' +
      '-771906343485"}}',
  },
  vectors: [
    {
      source: 'standardwebhooks 1.1.1 and the test of its specification',
      entry: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
      body: '{"test": 2432232314}',
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      at: '2021-02-25T15:02:10.000Z',
    },
    {
      source: 'node:crypto over the scheme of the specification, v1a',
      entry: { secrets: ['whpk_2bwY+WKumQVprhl6QJSQjYvLPwBWP4w+fF5tq1Sfmis='] },
      body: '{"type":"invoice.paid"}',
      headers: {
        'webhook-id': 'msg_2b',
        'webhook-timestamp': '1772366400',
        'webhook-signature':
          'v1a,JF6PvwzZYtNswTU/MtTxrywRyCB63/e2vlW5U7eRQ0nv/+j27lOaBIWAzeeqdBkChpHxuL6ObI8REl9vFm9yBQ==',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
