import type { Provider } from '../contract.js';

/**
 * Discord interactions and webhook events.
 * Source: https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint
 */
export const discord: Provider = {
  name: 'discord',
  title: 'Discord',
  docs:
    "Verifies `X-Signature-Ed25519` over time and raw body with the application's public key, 64 hex digits. " +
    '`X-Signature-Timestamp` may differ from now by five minutes in both directions. A signed ping is answered at' +
    ' once and starts nothing: of interactions (`type` 1) with `{"type":1}`, of webhook events (`type` 0) with ' +
    '204. Discord also sends wrong signatures on purpose, which are refused with 401. The delivery id of an ' +
    'interaction is its `id`; webhook events have none. An interaction has to be answered within 3 seconds.',
  link: 'https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'ed25519', encoding: 'ed25519-hex', prefix: '', label: '' }],
    signature: { header: 'x-signature-ed25519' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'hex',
    signedBytes: '{timestamp}{raw}',
    timestamp: { from: { header: 'x-signature-timestamp' }, unit: 's', past: 300, future: 300 },
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { json: 'id' },
  eventType: { first: [{ json: 'event.type' }, { json: 'type' }] },
  batch: null,
  handshakes: [
    {
      unsigned: false,
      match: { json: { path: 'type', equals: 1, without: 'event' } },
      answer: {
        kind: 'fixed',
        reply: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"type":1}' },
      },
    },
    {
      unsigned: false,
      match: { json: { path: 'type', equals: 0 } },
      answer: { kind: 'fixed', reply: { status: 204, headers: {}, body: '' } },
    },
  ],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 3_000,
  retryHorizonMs: null,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"id":"786008729715212338","application_id":"845027738276462632","type":2,"token":"A_UNIQUE_TOKEN","data"' +
      ':{"name":"deploy"}}',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by discord-interactions 4.4.0',
      entry: { secrets: ['d9bc18f962ae990569ae197a4094908d8bcb3f00563f8c3e7c5e6dab549f9a2b'] },
      body: '{"id":"1","type":2,"token":"x"}',
      headers: {
        'x-signature-timestamp': '1772366400',
        'x-signature-ed25519':
          'fcd3e14a26749b3457eed2f45bd7e6e301682338cf6e3a5f945e9f14a9aed960604727c4218267d03f887ddcf712cd890a69f0aa8' +
          'f9a37a2a6067469d2756701',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
