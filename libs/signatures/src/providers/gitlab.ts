import type { Provider } from '../contract.js';

/**
 * GitLab project and group webhooks with a secret token.
 * Source: https://docs.gitlab.com/user/project/integrations/webhooks/
 */
export const gitlab: Provider = {
  name: 'gitlab',
  title: 'GitLab (secret token)',
  docs:
    'Compares `X-Gitlab-Token` with the secret, before the body is read. The token is sent as it is and covers ' +
    'neither body nor time: whoever sees one delivery can send any other, so prefer `gitlab-signing`. The ' +
    'delivery id is `Idempotency-Key`, of older releases `X-Gitlab-Event-UUID`; the event is in `X-Gitlab-Event`.' +
    ' GitLab waits 10 seconds; a hook that fails often is switched off.',
  link: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  scheme: { kind: 'token', from: { header: 'x-gitlab-token' }, isOptional: false },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { first: [{ header: 'idempotency-key' }, { header: 'webhook-id' }, { header: 'x-gitlab-event-uuid' }] },
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
      'idempotency-key': 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f',
    },
    body: '{"object_kind":"push","ref":"refs/heads/main","project":{"path_with_namespace":"group/project"}}',
  },
  vectors: [
    {
      source: 'docs.gitlab.com: the token is sent as it is',
      entry: { secrets: ['gitlab token'] },
      body: '{"object_kind":"push"}',
      headers: { 'x-gitlab-token': 'gitlab token' },
      at: null,
    },
  ],
};
