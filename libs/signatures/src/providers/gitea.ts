import type { Provider } from '../contract.js';

/**
 * Gitea, Forgejo and Gogs webhooks.
 * Source: https://docs.gitea.com/usage/webhooks
 */
export const gitea: Provider = {
  name: 'gitea',
  title: 'Gitea and Forgejo',
  docs:
    'Verifies `X-Gitea-Signature` or `X-Forgejo-Signature` (bare hex HMAC-SHA256 of the raw body). The aliases ' +
    'that Gitea sends for GitHub are ignored. The delivery id is `X-Gitea-Delivery`, the event `X-Gitea-Event`, ' +
    'or the same names of Forgejo. Gitea waits 5 seconds and never retries by itself.',
  link: 'https://docs.gitea.com/usage/webhooks',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { first: [{ header: 'x-gitea-signature' }, { header: 'x-forgejo-signature' }] },
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
  deliveryId: { first: [{ header: 'x-gitea-delivery' }, { header: 'x-forgejo-delivery' }] },
  eventType: { first: [{ header: 'x-gitea-event' }, { header: 'x-forgejo-event' }] },
  batch: null,
  handshakes: [],
  formPayload: 'payload',
  acknowledgement: null,
  patienceMs: 5_000,
  retryHorizonMs: null,
  sample: {
    headers: {
      'content-type': 'application/json',
      'x-gitea-event': 'push',
      'x-gitea-delivery': 'f6266f16-1bf3-46a5-9ea4-602e06ead473',
    },
    body: '{"ref":"refs/heads/main","repository":{"full_name":"owner/repository"}}',
  },
  vectors: [
    {
      source: 'node:crypto over the scheme of docs.gitea.com',
      entry: { secrets: ['gitea secret'] },
      body: '{"ref":"refs/heads/main"}',
      headers: { 'x-gitea-signature': '99c6f92cc56487df18837fe9b006e3d7d668359bd88294e510b1857b3fa56c9c' },
      at: null,
    },
  ],
};
