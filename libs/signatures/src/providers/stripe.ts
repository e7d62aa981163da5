import type { Provider } from '../contract.js';

/**
 * Stripe events.
 * Source: https://docs.stripe.com/webhooks/signature
 */
export const stripe: Provider = {
  name: 'stripe',
  title: 'Stripe',
  docs:
    'Verifies the `v1` signatures of `Stripe-Signature` (HMAC-SHA256 of time and raw body; the secret `whsec_...`' +
    ' is the key as it is written). One of several must fit, so that secrets can be rolled; `v0` is ignored. The ' +
    'time may differ from now by five minutes in both directions, where the official libraries let any future ' +
    "pass. The delivery id is the event's `id`, equal on retries, which are signed anew; the event is its `type`." +
    ' Stripe retries for three days.',
  link: 'https://docs.stripe.com/webhooks/signature',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: 'v1' }],
    signature: { header: 'stripe-signature' },
    grammar: { kind: 'pairs', separator: ',', timestamp: 't' },
    encoding: 'hex',
    signedBytes: '{timestamp}.{raw}',
    timestamp: { from: null, unit: 's', past: 300, future: 300 },
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { json: 'id' },
  eventType: { json: 'type' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: 259_200_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"' +
      '}}}',
  },
  vectors: [
    {
      source: 'stripe 23.1.0, webhooks.generateTestHeaderString',
      entry: { secrets: ['whsec_test_secret'] },
      body: '{"id":"evt_1","type":"invoice.paid"}',
      headers: {
        'stripe-signature': 't=1772366400,v1=f0fc9b8538cee9089c3142e22be8a3cd508c6afbd6a6654666ab08f79f7ef820',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
