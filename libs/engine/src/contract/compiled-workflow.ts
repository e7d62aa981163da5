import type { JsonObject } from '#shared';
import type { NodeDefinition } from './node.js';
import type { Ending } from './statuses.js';
import type { TriggerBinding } from './trigger.js';
import type { HttpMethod, TriggerConfig, WebhookTrigger, WorkflowDocument } from './workflow-document.js';

/** A document that was found without fault: frozen, shared by all executions of its version, never changed. */
export interface CompiledWorkflow {
  readonly document: WorkflowDocument;
  readonly trigger: CompiledTrigger;
  readonly options: CompiledOptions;
  readonly nodes: readonly CompiledNode[];
  /** Names read as `{{$env.NAME}}` anywhere in the document, each once. */
  readonly envNames: readonly string[];
}

/** `options` of the document, filled in. */
export interface CompiledOptions {
  /** Milliseconds for the whole execution from its first claim, waiting included; 0 for no limit. */
  readonly timeout: number;
  /** How deep executions that start each other may nest, 1 to 100. */
  readonly stackLimit: number;
  /** Executions that end so are deleted. */
  readonly deleteExecutionOnStatus: readonly Ending[];
  /** How long ended executions are kept; null when HISTORY_RETENTION decides. */
  readonly retentionMs: number | null;
  /** Key of the workflow that is started when an execution goes wrong. */
  readonly errorWorkflow: string | null;
}

/** A trigger that senders reach by URL, or one that something of ours starts. */
export type CompiledTrigger = CompiledWebhook | CompiledInnerTrigger;

export interface CompiledInnerTrigger {
  readonly config: Exclude<TriggerConfig, WebhookTrigger>;
  /** What storage looks the workflow up by. */
  readonly binding: TriggerBinding | null;
}

export interface CompiledWebhook {
  readonly config: WebhookTrigger;
  readonly methods: ReadonlySet<HttpMethod>;
  /** Null when there is no custom path. */
  readonly path: CompiledPath | null;
  /** Null when the trigger has no schema; returns every fault of a body as `pointer: message`. */
  readonly validateBody: ((data: unknown) => string[]) | null;
}

/** A workflow that answers at a URL. */
export type WebhookWorkflow = CompiledWorkflow & { readonly trigger: CompiledWebhook };

/** Narrows a workflow to one that gateways serve. */
export function isWebhookWorkflow(workflow: CompiledWorkflow): workflow is WebhookWorkflow {
  return workflow.trigger.config.type === 'webhook';
}

export interface CompiledPath {
  /** As written, without slashes at the ends. */
  readonly pattern: string;
  readonly segments: readonly ({ literal: string } | { param: string })[];
}

export interface CompiledNode {
  readonly key: string;
  readonly type: string;
  readonly definition: NodeDefinition;
  readonly config: JsonObject;
  readonly branches: Readonly<Record<string, readonly CompiledNode[]>>;
}
