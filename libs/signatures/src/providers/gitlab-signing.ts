import type { Provider } from '../contract.js';

/**
 * GitLab webhooks with a signing token, which follow Standard Webhooks.
 * Source: https://docs.gitlab.com/user/project/integrations/webhooks/
 */
export const gitlabSigning: Provider = {
  name: 'gitlab-signing',
  title: 'GitLab (signing token)',
  docs:
    'Verifies `webhook-signature` (HMAC-SHA256 of id, time and raw body, `v1`) with the signing token ' +
    '`whsec_...`, whose key is base64. `webhook-timestamp` may differ from now by five minutes in both ' +
    'directions. The delivery id is `webhook-id`, the event is in `X-Gitlab-Event`. `X-Gitlab-Token` is ignored. ' +
    'GitLab waits 10 seconds; a hook that fails often is switched off.',
  link: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  scheme: {
    kind: 'signed-bytes',
    keys: [
      { algorithm: 'hmac-sha256', encoding: 'base64', prefix: 'whsec_', label: 'v1', bytes: { min: 24, max: 64 } },
    ],
    signature: { header: 'webhook-signature' },
    grammar: { kind: 'versions' },
    encoding: 'base64',
    signedBytes: '{id}.{timestamp}.{raw}',
    timestamp: { from: { header: 'webhook-timestamp' }, unit: 's', past: 300, future: 300 },
    nonce: null,
    id: { header: 'webhook-id' },
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { header: 'webhook-id' },
  eventType: { header: 'x-gitlab-event' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 10_000,
  retryHorizonMs: null,
  sample: {
    headers: {
      'content-type': 'application/json',
      'x-gitlab-event': 'Push Hook',
      'webhook-id': 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f',
    },
    body: '{"object_kind":"push","ref":"refs/heads/main","project":{"path_with_namespace":"group/project"}}',
  },
  vectors: [
    {
      source: 'standardwebhooks 1.1.1, the scheme that GitLab follows',
      entry: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
      body: '{"type":"invoice.paid"}',
      headers: {
        'webhook-id': 'msg_2b',
        'webhook-timestamp': '1772366400',
        'webhook-signature': 'v1,IK5QuWqKrpVRj6C1QulakgKzWU4ZpudxlZLHOXOtTTY=',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
