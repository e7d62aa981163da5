import type { Provider } from '../contract.js';

/**
 * Linear webhooks.
 * Source: https://linear.app/developers/webhooks#securing-webhooks
 */
export const linear: Provider = {
  name: 'linear',
  title: 'Linear',
  docs:
    "Verifies `Linear-Signature` (bare hex HMAC-SHA256 of the raw body). The body's `webhookTimestamp`, in " +
    'milliseconds, may differ from now by one minute in both directions. The delivery id is `Linear-Delivery`, ' +
    'the event `Linear-Event`. Linear waits 5 seconds and retries after a minute, an hour and six hours.',
  link: 'https://linear.app/developers/webhooks#securing-webhooks',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'linear-signature' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'hex',
    signedBytes: '{raw}',
    timestamp: { from: { json: 'webhookTimestamp' }, unit: 'ms', past: 60, future: 60 },
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { header: 'linear-delivery' },
  eventType: { first: [{ header: 'linear-event' }, { json: 'type' }] },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 5_000,
  retryHorizonMs: 28_800_000,
  sample: {
    headers: {
      'content-type': 'application/json',
      'linear-event': 'Issue',
      'linear-delivery': '234d1a4e-b617-4388-90fe-adc3633d6b72',
    },
    body:
      '{"action":"create","type":"Issue","webhookTimestamp":1772366400000,"data":{"id":"2174add1","title":"New i' +
      'ssue"}}',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by @linear/sdk 98.0.0',
      entry: { secrets: ['lin_wh_secret'] },
      body: '{"action":"create","type":"Issue","webhookTimestamp":1772366400000}',
      headers: { 'linear-signature': '68a54d87f4ad2dd1a2e7b9df4cea5630a94012fb8c4443304928a665b11618dc' },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
