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
  scheme: {
    header: 'x-hub-signature-256',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    signedBytes: '{raw}',
    timestampHeader: null,
    tolerance: 0,
  },
  deliveryIdHeader: 'x-github-delivery',
  eventHeader: 'x-github-event',
  handshake: {
    header: 'x-github-event',
    equals: 'ping',
    reply: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'pong' },
  },
  patienceMs: 10_000,
  retryHorizonMs: 72 * HOUR_MS,
  vectors: [
    {
      source: 'docs.github.com, "Testing the webhook payload validation"',
      secret: "It's a Secret to Everybody",
      body: 'Hello, World!',
      headers: {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      at: null,
    },
  ],
};
