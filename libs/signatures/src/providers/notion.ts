import type { Provider } from '../contract.js';

/**
 * Notion integration webhooks.
 * Source: https://developers.notion.com/reference/webhooks
 */
export const notion: Provider = {
  name: 'notion',
  title: 'Notion',
  docs:
    'Verifies `X-Notion-Signature` (`sha256=`, HMAC-SHA256 of the raw body). The key is the `verification_token`,' +
    " which Notion delivers once in an unsigned request: it is kept under the secret's name while there is none, " +
    "and never replaced; a later one is refused with 403. No time is signed. The delivery id is the event's `id`," +
    ' the event its `type`. Notion tries up to eight times in 24 hours.',
  link: 'https://developers.notion.com/reference/webhooks',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-notion-signature' },
    grammar: { kind: 'plain', prefix: 'sha256=' },
    encoding: 'hex',
    signedBytes: '{raw}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'delivered',
  options: { properties: {}, required: [] },
  deliveryId: { json: 'id' },
  eventType: { json: 'type' },
  batch: null,
  handshakes: [
    {
      unsigned: true,
      match: { json: { path: 'verification_token', without: 'id' } },
      answer: { kind: 'secret-delivery', value: { json: 'verification_token' } },
    },
  ],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: 86_400_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","type":"page.created","timestamp":"2026-03-01T12:00:00.000Z"' +
      ',"entity":{"id":"153104cd","type":"page"}}',
  },
  vectors: [
    {
      source: '@notionhq/client 5.26.0, signWebhookPayload',
      entry: { secrets: ['secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl'] },
      body: '{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","type":"page.created"}',
      headers: { 'x-notion-signature': 'sha256=b30b43ac8fa987d169cb3ee2425866b953d974456e21e4c6d4d9b18fee3249b4' },
      at: null,
    },
  ],
};
