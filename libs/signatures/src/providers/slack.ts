import type { Provider } from '../contract.js';

/**
 * Slack events, interactions and slash commands.
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export const slack: Provider = {
  name: 'slack',
  title: 'Slack',
  docs:
    'Verifies `X-Slack-Signature` (`v0=`, HMAC-SHA256 of version, time and raw body, JSON or form). ' +
    '`X-Slack-Request-Timestamp` may differ from now by five minutes in both directions. A signed ' +
    '`url_verification` is answered with its challenge and starts nothing. Interactions bring their JSON in the ' +
    'form field `payload`, which then is `data`. The delivery id is `event_id`, of interactions and commands ' +
    '`trigger_id`. Slack waits 3 seconds and tries three times more within about five minutes.',
  link: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-slack-signature' },
    grammar: { kind: 'plain', prefix: 'v0=' },
    encoding: 'hex',
    signedBytes: 'v0:{timestamp}:{raw}',
    timestamp: { from: { header: 'x-slack-request-timestamp' }, unit: 's', past: 300, future: 300 },
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { first: [{ json: 'event_id' }, { form: 'trigger_id' }, { json: 'trigger_id' }] },
  eventType: { first: [{ json: 'event.type' }, { json: 'type' }, { form: 'command' }] },
  batch: null,
  handshakes: [
    {
      unsigned: false,
      match: { json: { path: 'type', equals: 'url_verification' } },
      answer: { kind: 'echo', value: { json: 'challenge' }, as: 'text', token: null },
    },
  ],
  formPayload: 'payload',
  acknowledgement: null,
  patienceMs: 3_000,
  retryHorizonMs: 3_600_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body: '{"type":"event_callback","event_id":"Ev0PV52K25","event":{"type":"app_mention","text":"hello"}}',
  },
  vectors: [
    {
      source: 'formula of docs.slack.dev, accepted by @slack/bolt 5.1.0',
      entry: { secrets: ['8f742231b10e8888abcd99yyyzzz85a5'] },
      body: 'token=x&command=%2Fdeploy&trigger_id=13.7',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': '1772366400',
        'x-slack-signature': 'v0=98ae424d5d428fcec42d9d6096ad9b93521af413ab1ec5a301c2eb10cf14c7df',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
