import type { JsonObject } from '#shared';
import type { Fault, TriggerConfig, TriggerType } from './workflow-document.js';

/**
 * A trigger type: data and pure functions. Adding one is a file, a spec and a line in `triggers/index.ts`; validation,
 * the catalogue and the reference page derive from this declaration. It never runs anything: what starts executions is
 * storage (records), the worker (schedules), the gateway (webhooks) and admin (people and programs).
 */
export interface TriggerDefinition<T extends TriggerConfig = TriggerConfig> {
  type: TriggerType;
  title: string;
  /** Markdown, one paragraph: what starts it, when, how often, and what a failure does. */
  docs: string;
  /** Markdown: what `$context` holds. */
  context: string;
  /** JSON Schema of `trigger`, defaults and descriptions included; unknown properties are refused. */
  configSchema: JsonObject;
  /** What the catalogue shows instead, where `check` says more about a part than a schema can. */
  shownSchema?: JsonObject;
  /** Modes a workflow may have, the default first. */
  modes: readonly ('async' | 'sync')[];
  /** Faults beyond the schema, pointers from the document's root. Also asked when the schema is violated: any shape may come. */
  check?(trigger: JsonObject): Fault[];
  /** The trigger with defaults filled in and units worked out. Only for a trigger without faults. */
  fill(trigger: JsonObject): T;
  /** What storage looks its workflow up by; null for a webhook, which is found by key and paths. */
  binding(trigger: T): TriggerBinding | null;
  /** Whole documents, at least two. */
  examples: readonly JsonObject[];
}

/** Kinds of triggers that senders do not reach by URL. */
export type BindingKind = Exclude<TriggerType, 'webhook'>;

/** Index entry of one version. It counts while its version is the current one of an enabled workflow. */
export interface TriggerBinding {
  kind: BindingKind;
  /** The collection whose records start it; null when none do. */
  collection: string | null;
  /** What must happen to a record (`created`, ..) or be asked for (`create`, ..); empty when the kind has no choice. */
  events: readonly string[];
  /** Started by every such event; the others only when a call names the workflow. Always true where nobody calls. */
  isGlobal: boolean;
  /** What else its starter must know, as JSON: the filled-in trigger. */
  config: JsonObject;
}

/** Declares a trigger; exists for its types. */
export function defineTrigger<T extends TriggerConfig>(definition: TriggerDefinition<T>): TriggerDefinition<T> {
  return Object.freeze(definition);
}
