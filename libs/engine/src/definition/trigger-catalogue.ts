import type { JsonObject } from '#shared';
import { AUTH_SCHEMAS, WEBHOOK_TRIGGER_SCHEMA } from './workflow-document.js';

export interface TriggerCatalogueEntry {
  type: string;
  title: string;
  /** Markdown, one paragraph. */
  docs: string;
  /** JSON Schema of `trigger`; a property whose schema is `false` is documented and not supported yet. */
  configSchema: JsonObject;
}

const DOCS =
  'Starts the workflow when an HTTP request arrives at `/api/webhooks/<key>` or at the custom path. ' +
  'An `async` trigger answers at once with `response` (default 200, `ok`) and runs the workflow afterwards; a `sync` one ' +
  'waits up to `timeout` for the first response node. Every entry of `auth` must pass.';

/** The triggers of this release, for forms and for the reference. */
export function triggerCatalogue(): TriggerCatalogueEntry[] {
  const properties = WEBHOOK_TRIGGER_SCHEMA.properties as JsonObject;
  const auth = { ...(properties.auth as JsonObject), items: { anyOf: Object.values(AUTH_SCHEMAS) } };
  const configSchema: JsonObject = { ...WEBHOOK_TRIGGER_SCHEMA, properties: { ...properties, auth } };
  return [{ type: 'webhook', title: 'Webhook', docs: DOCS, configSchema: structuredClone(configSchema) }];
}
