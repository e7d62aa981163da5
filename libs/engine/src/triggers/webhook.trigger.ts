import type { JsonObject } from '#shared';
import { entrySchema, providers } from '#signatures';
import { defineTrigger } from '../contract/trigger.js';
import type { WebhookTrigger } from '../contract/workflow-document.js';
import { checkTrigger } from '../definition/check-trigger.js';
import { fillTrigger } from '../definition/fill-trigger.js';
import { AUTH_SCHEMAS, WEBHOOK_TRIGGER_SCHEMA } from '../definition/workflow-document.js';

export const webhookTrigger = defineTrigger<WebhookTrigger>({
  type: 'webhook',
  title: 'Webhook',
  docs:
    'Starts the workflow when an HTTP request arrives at `/api/webhooks/<key>` or at the custom path. ' +
    'An `async` trigger answers at once with `response` (default 200, `ok`) and runs the workflow afterwards; a `sync` one ' +
    'waits up to `timeout` for the first response node. Every entry of `auth` must pass.',
  context:
    '`data` (also `body`), `headers` (lower-case names), `query`, `params`, `files`, `method`, `path`, `url`, `ip`, ' +
    '`receivedAt`, `requestId`, `deliveryId`, `rawBody`, `rawSha256`, and `vars`, the declared aliases of `parse`. ' +
    '`files` holds what a multipart form uploads, by field, always as a list: ' +
    '`files.photo[0]` is `{filename, contentType, size, data}` with `data` in base64; the fields are in `data`. ' +
    'XML becomes `{root: {child: "text", repeated: ["a", "b"], marked: {"@id": "1", "#text": "c"}}}`. ' +
    'Of a preset that sends its event in a form field, `data` is the JSON of that field.',
  configSchema: WEBHOOK_TRIGGER_SCHEMA,
  shownSchema: shownSchema(),
  modes: ['async', 'sync'],
  check: checkTrigger,
  fill: fillTrigger,
  binding: () => null,
  examples: [
    {
      key: 'order-intake',
      title: 'Orders are checked and answered',
      trigger: { type: 'webhook', mode: 'sync', methods: ['POST'], path: 'orders/:region' },
      nodes: [{ type: 'response', config: { status: 200, body: { ok: true } } }],
    },
    {
      key: 'github-push',
      title: 'Pushes to a repository, signed by GitHub',
      trigger: {
        type: 'webhook',
        auth: [{ type: 'signature', provider: 'github', secrets: ['{{$env.GITHUB_SECRET}}'] }],
      },
      nodes: [{ type: 'output', config: { value: '{{$context.data.ref}}' } }],
    },
  ],
});

/** Entries of `auth` are checked one by one, with messages of their own; a form needs to see what they may hold. */
function shownSchema(): JsonObject {
  const properties = WEBHOOK_TRIGGER_SCHEMA.properties as JsonObject;
  const auth = {
    ...(properties.auth as JsonObject),
    items: { anyOf: [...Object.values(AUTH_SCHEMAS), ...[...providers.values()].map(entrySchema)] },
  };
  return { ...WEBHOOK_TRIGGER_SCHEMA, properties: { ...properties, auth } };
}
