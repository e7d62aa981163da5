import type { Provider } from '../contract.js';

/**
 * Shopify webhooks of an app or a shop.
 * Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
export const shopify: Provider = {
  name: 'shopify',
  title: 'Shopify',
  docs:
    "Verifies `X-Shopify-Hmac-Sha256` (base64 HMAC-SHA256 of the raw body) with the app's client secret; after a " +
    'change Shopify may use the old one for an hour, so keep both. The delivery id is `X-Shopify-Webhook-Id`, ' +
    'equal on retries; the event is `X-Shopify-Topic`. No time is signed. Shopify waits 5 seconds, tries 8 times ' +
    'in 4 hours and then removes the subscription.',
  link: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-shopify-hmac-sha256' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{raw}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { header: 'x-shopify-webhook-id' },
  eventType: { header: 'x-shopify-topic' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 5_000,
  retryHorizonMs: 14_400_000,
  sample: {
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'example.myshopify.com',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    },
    body: '{"id":820982911946154508,"name":"#9999","total_price":"403.00"}',
  },
  vectors: [
    {
      source: 'node:crypto over the scheme of shopify.dev',
      entry: { secrets: ['hush'] },
      body: '{"id":820982911946154508,"name":"#9999"}',
      headers: { 'x-shopify-hmac-sha256': 'YBwnJ9vsibq7srObgXybmGHWuwos+jDEL//7749XS78=' },
      at: null,
    },
  ],
};
