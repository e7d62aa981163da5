import type { Provider } from '../contract.js';

/**
 * Feishu (飞书) and Lark event subscriptions.
 * Source: https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/encrypt-key-encryption-configuration-case
 */
export const feishu: Provider = {
  name: 'feishu',
  title: 'Feishu (飞书) / Lark',
  docs:
    'With `encryptKey`: verifies `X-Lark-Signature` (SHA-256 over time, nonce, key and raw body) and decrypts the body. ' +
    'With `verificationToken`: the event must hold it. Give both; one at least is needed, and the token is needed for the ' +
    'URL check, which Feishu does not sign. A token alone travels in every event in the clear and does not cover the ' +
    'body. An event may be 7 hours and 15 minutes old, because Feishu sends again after 15 seconds, 5 minutes, 1 hour and ' +
    '6 hours, and 5 minutes ahead. The delivery id is `event_id`, or `uuid` of the older events. Feishu waits 3 seconds.',
  link: 'https://open.feishu.cn/document/server-docs/event-subscription-guide/overview',
  scheme: { kind: 'feishu' },
  secrets: 'none',
  options: {
    properties: {
      encryptKey: { type: 'string', pattern: '\\S', description: 'Encrypt Key of the application; use {{$env.NAME}}.' },
      verificationToken: {
        type: 'string',
        pattern: '\\S',
        description: 'Verification Token of the application; use {{$env.NAME}}.',
      },
    },
    required: [],
    anyOf: ['encryptKey', 'verificationToken'],
  },
  deliveryId: { first: [{ json: 'header.event_id' }, { json: 'uuid' }] },
  eventType: { first: [{ json: 'header.event_type' }, { json: 'event.type' }] },
  batch: null,
  handshakes: [
    {
      unsigned: true,
      match: { json: { path: 'type', equals: 'url_verification' } },
      answer: {
        kind: 'echo',
        value: { json: 'challenge' },
        as: { json: 'challenge' },
        token: { value: { json: 'token' }, option: 'verificationToken' },
      },
    },
  ],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 3000,
  retryHorizonMs: 25_515_000,
  sample: {
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body:
      '{"schema":"2.0","header":{"event_id":"5e3702a84e847582be8db7fb73283c02","event_type":"im.message.receive_v1",' +
      '"create_time":"1772366400000","token":"","app_id":"cli_9f5343c580712544","tenant_key":"2ca1d211f64f6438"},' +
      '"event":{"message":{"message_id":"om_5ce6d572455d361153b7cb51da133945","message_type":"text"}}}',
  },
  vectors: [
    {
      source: 'The documented SHA-256 over time, nonce, key and body, computed by sha256sum',
      entry: { secrets: [], options: { encryptKey: 'kudryavka' } },
      body: '{"test": 2432232314}',
      headers: {
        'x-lark-request-timestamp': '1700000000',
        'x-lark-request-nonce': 'nonce1',
        'x-lark-signature': '7505e2eb6e6ae3d072d6285c3f591975301625120a19ec08999d54228c60c689',
      },
      at: '2023-11-14T22:13:20Z',
    },
  ],
};
