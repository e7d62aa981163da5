import type { Provider } from '../contract.js';

/**
 * Razorpay webhooks.
 * Source: https://razorpay.com/docs/webhooks/validate-test/
 */
export const razorpay: Provider = {
  name: 'razorpay',
  title: 'Razorpay',
  docs:
    "Verifies `X-Razorpay-Signature` (bare hex HMAC-SHA256 of the raw body) with the webhook's secret. The " +
    'delivery id is `x-razorpay-event-id`, equal on retries; the event is `event`. No time is signed. Razorpay ' +
    'waits 5 seconds and retries for 24 hours.',
  link: 'https://razorpay.com/docs/webhooks/validate-test/',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-razorpay-signature' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'hex',
    signedBytes: '{raw}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { header: 'x-razorpay-event-id' },
  eventType: { json: 'event' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 5_000,
  retryHorizonMs: 86_400_000,
  sample: {
    headers: { 'content-type': 'application/json', 'x-razorpay-event-id': 'x6Z7Kq2aM0aBcD' },
    body:
      '{"entity":"event","event":"payment.captured","payload":{"payment":{"entity":{"id":"pay_DESlfW9H8K9uqM","a' +
      'mount":100}}}}',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by razorpay 2.9.8',
      entry: { secrets: ['rzp secret'] },
      body: '{"event":"payment.captured","payload":{}}',
      headers: { 'x-razorpay-signature': '82881dce462bccff4ea90d87e206b16a67bd2b7bdd5eace520d3a0c3c822ebd5' },
      at: null,
    },
  ],
};
