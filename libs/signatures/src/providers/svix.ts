import type { Provider } from '../contract.js';

/**
 * Senders that deliver through Svix.
 * Source: https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const svix: Provider = {
  name: 'svix',
  title: 'Svix',
  docs:
    'Verifies `svix-signature` over id, time and raw body as Standard Webhooks does; the unbranded `webhook-*` ' +
    'headers are taken too. Keys are `whsec_<base64>` (HMAC-SHA256) or `whpk_<base64>` (Ed25519). ' +
    '`svix-timestamp` may differ from now by five minutes in both directions. The delivery id is `svix-id`, equal' +
    " on retries; the event is the body's `type`. Svix waits 15 seconds and retries for about 28 hours.",
  link: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  scheme: {
    kind: 'signed-bytes',
    keys: [
      { algorithm: 'hmac-sha256', encoding: 'base64', prefix: 'whsec_', label: 'v1', bytes: { min: 24, max: 64 } },
      { algorithm: 'ed25519', encoding: 'ed25519-base64', prefix: 'whpk_', label: 'v1a' },
      { algorithm: 'hmac-sha256', encoding: 'base64', prefix: '', label: 'v1', bytes: { min: 24, max: 64 } },
    ],
    signature: { first: [{ header: 'svix-signature' }, { header: 'webhook-signature' }] },
    grammar: { kind: 'versions' },
    encoding: 'base64',
    signedBytes: '{id}.{timestamp}.{raw}',
    timestamp: {
      from: { first: [{ header: 'svix-timestamp' }, { header: 'webhook-timestamp' }] },
      unit: 's',
      past: 300,
      future: 300,
    },
    nonce: null,
    id: { first: [{ header: 'svix-id' }, { header: 'webhook-id' }] },
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { first: [{ header: 'svix-id' }, { header: 'webhook-id' }] },
  eventType: { json: 'type' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 15_000,
  retryHorizonMs: 100_800_000,
  sample: {
    headers: { 'content-type': 'application/json', 'svix-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' },
    body: '{"type":"contact.created","data":{"id":"1f81eb52-5198-4599-803e-771906343485"}}',
  },
  vectors: [
    {
      source: 'svix 2.5.0, Webhook.sign',
      entry: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
      body: '{"type":"invoice.paid"}',
      headers: {
        'svix-id': 'msg_2b',
        'svix-timestamp': '1772366400',
        'svix-signature': 'v1,IK5QuWqKrpVRj6C1QulakgKzWU4ZpudxlZLHOXOtTTY=',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
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
