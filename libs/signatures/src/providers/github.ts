import type { Provider } from '../contract.js';

const HOUR_MS = 3_600_000;

/**
 * GitHub repository, organisation and app webhooks.
 * Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: Provider = {
  name: 'github',
  title: 'GitHub',
  docs:
    'Verifies `X-Hub-Signature-256` (HMAC-SHA256 of the raw body, JSON or form). The older `X-Hub-Signature` with SHA-1 ' +
    'is ignored. The delivery id is `X-GitHub-Delivery`, equal when GitHub delivers again; the event is in ' +
    '`X-GitHub-Event`. A signed `ping` is answered at once and starts nothing. GitHub waits 10 seconds and never ' +
    'retries by itself; a delivery can be sent again by hand for three days.',
  link: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha256', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-hub-signature-256' },
    grammar: { kind: 'plain', prefix: 'sha256=' },
    encoding: 'hex',
    signedBytes: '{raw}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { header: 'x-github-delivery' },
  eventType: { header: 'x-github-event' },
  batch: null,
  handshakes: [
    {
      unsigned: false,
      match: { header: { name: 'x-github-event', equals: 'ping' } },
      answer: {
        kind: 'fixed',
        reply: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'pong' },
      },
    },
  ],
  formPayload: 'payload',
  acknowledgement: null,
  patienceMs: 10_000,
  retryHorizonMs: 72 * HOUR_MS,
  sample: {
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    },
    body: '{"ref":"refs/heads/main","repository":{"full_name":"octocat/Hello-World"}}',
  },
  vectors: [
    {
      source: 'docs.github.com, "Testing the webhook payload validation"',
      entry: { secrets: ["It's a Secret to Everybody"] },
      body: 'Hello, World!',
      headers: {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      at: null,
    },
  ],
};
