import type { JsonObject } from '#shared';
import type { NodeDefinition } from './node.js';
import type { HttpMethod, WebhookTrigger, WorkflowDocument, WorkflowOptions } from './workflow-document.js';

/** A document that was found without fault: frozen, shared by all executions of its version, never changed. */
export interface CompiledWorkflow {
  readonly document: WorkflowDocument;
  readonly trigger: CompiledTrigger;
  readonly options: WorkflowOptions;
  readonly nodes: readonly CompiledNode[];
  /** Names read as `{{$env.NAME}}` anywhere in the document, each once. */
  readonly envNames: readonly string[];
}

export interface CompiledTrigger {
  readonly config: WebhookTrigger;
  readonly methods: ReadonlySet<HttpMethod>;
  /** Null when there is no custom path. */
  readonly path: CompiledPath | null;
  /** Null when the trigger has no schema; returns every fault of a body as `pointer: message`. */
  readonly validateBody: ((data: unknown) => string[]) | null;
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
