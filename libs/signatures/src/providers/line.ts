import type { Provider } from '../contract.js';

/**
 * LINE Messaging API.
 * Source: https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
 */
export const line: Provider = {
  name: 'line',
  title: 'LINE',
  docs:
    'Verifies `x-line-signature` (base64 HMAC-SHA256 of the raw body) with the channel secret. The body holds a ' +
    'list of `events`, which one execution gets together; the delivery id is made of their `webhookEventId`, equal on ' +
    'redelivery. No time is signed. How long LINE waits and retries is not published; redelivery has ' +
    'to be switched on.',
  link: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-line-signature' },
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
  deliveryId: { each: 'events', item: ['webhookEventId'] },
  eventType: null,
  batch: { items: 'events', id: { json: 'webhookEventId' } },
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: null,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"destination":"xxxxxxxxxx","events":[{"type":"message","webhookEventId":"01FZ74A0TDDPYRVKNK77XKC3ZR","me' +
      'ssage":{"id":"444573844083572737","type":"text","text":"hello"}}]}',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by @line/bot-sdk 11.2.0',
      entry: { secrets: ['channel secret'] },
      body: '{"destination":"U1","events":[{"type":"follow","webhookEventId":"01FZ74A0TDDPYRVKNK77XKC3ZR"}]}',
      headers: { 'x-line-signature': 'PhCDMAhxLvdv+bAcxqP9Kl+OzZn3TZdUE23lGA/niL0=' },
      at: null,
    },
  ],
};
