import type { Json, JsonObject } from '#shared';
import type { Ending } from './statuses.js';

/** The workflow document of contract.md 2, after defaults were filled in by `compileWorkflow`. */
export interface WorkflowDocument {
  key?: string;
  title?: string;
  description?: string;
  enabled?: boolean;
  schemaVersion?: number;
  trigger: TriggerConfig;
  options?: WorkflowOptions;
  nodes: NodeDocument[];
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What every trigger has. */
export interface TriggerBase {
  mode: 'async' | 'sync';
  /** What is answered without a response node; only senders of webhooks are answered freely. */
  response?: ReplyTemplateDocument;
}

/** An answer as written: templates are rendered. */
interface ReplyTemplateDocument {
  status?: number;
  headers?: Record<string, string>;
  body?: Json;
}

export interface WebhookTrigger extends TriggerBase {
  type: 'webhook';
  methods: HttpMethod[];
  path?: string;
  auth: AuthEntry[];
  httpsOnly: boolean;
  cors?: { origins: string[] };
  /** Bytes; parsed from `10mb`. */
  bodyLimit: number;
  parse: {
    headers: string[];
    query: { path: string; alias?: string }[];
    body: { path: string; alias?: string }[];
  };
  validate?: JsonObject;
  filter?: ConditionConfig;
  dedup?: { key?: string; windowMs: number };
  /** Sync wait in milliseconds, at most 120,000. */
  timeoutMs: number;
  onTimeout: 'fail' | 'accept';
}

/** By a fixed plan, or by a date in records of a collection. */
export interface ScheduleTrigger extends TriggerBase {
  type: 'schedule';
  mode: 'async';
  plan: SchedulePlan | DateFieldPlan;
  /** Executions at most, counted over all versions of the workflow; null for no limit. */
  limit: number | null;
  /** What becomes of times that passed while no worker ran. */
  catchUp: 'last' | 'none';
}

/** Times worked out from the document alone; ISO 8601, UTC unless an offset is written. */
export interface SchedulePlan {
  kind: 'static';
  /** The first time; null: when the workflow is switched on. */
  startsOn: string | null;
  repeat: { cron: string } | { everyMs: number } | null;
  timeZone: string;
  /** Nothing happens after it; null for no end. */
  endsOn: string | null;
}

/** Once per record, when its date plus `offsetMs` (negative: before) comes. */
export interface DateFieldPlan {
  kind: 'dateField';
  collection: string;
  field: string;
  offsetMs: number;
}

export type RecordEvent = 'created' | 'updated' | 'deleted';

/** Whenever records change, whoever changes them: the API or a node. */
export interface CollectionTrigger extends TriggerBase {
  type: 'collection';
  mode: 'async';
  collection: string;
  events: RecordEvent[];
  /** An update counts only when one of these fields changed; empty: any. */
  changed: string[];
  /** Records that count: as they are after the change, a deleted one as it was. Empty: all. */
  filter: JsonObject;
}

/** After somebody created or updated a record over the API. */
export interface ActionTrigger extends TriggerBase {
  type: 'action';
  collection: string;
  actions: ('create' | 'update')[];
  global: boolean;
  /** Sync wait in milliseconds. */
  timeoutMs: number;
}

/** When somebody asks for it over the API, with no, one or several records. */
export interface CustomActionTrigger extends TriggerBase {
  type: 'custom-action';
  records: 'none' | 'single' | 'multiple';
  /** Null when `records` is `none`. */
  collection: string | null;
  /** Sync wait in milliseconds. */
  timeoutMs: number;
}

/** Before a write over the API, which it may prevent. */
export interface InterceptionTrigger extends TriggerBase {
  type: 'request-interception';
  mode: 'sync';
  collection: string;
  actions: ('create' | 'update' | 'destroy')[];
  global: boolean;
  /** Sync wait in milliseconds. */
  timeoutMs: number;
}

/** When somebody submits a record for approval. */
export interface ApprovalTrigger extends TriggerBase {
  type: 'approval';
  mode: 'async';
  collection: string;
}

/** By hand, by a subflow node, or as an error workflow: nothing else starts it. */
export interface ManualTrigger extends TriggerBase {
  type: 'manual';
}

/** What each type of trigger is filled into. A new trigger adds itself from its own file, by declaration merging. */
export interface TriggerConfigs {
  webhook: WebhookTrigger;
  schedule: ScheduleTrigger;
  collection: CollectionTrigger;
  action: ActionTrigger;
  'custom-action': CustomActionTrigger;
  'request-interception': InterceptionTrigger;
  approval: ApprovalTrigger;
  manual: ManualTrigger;
}

export type TriggerConfig = TriggerConfigs[keyof TriggerConfigs];

export type TriggerType = TriggerConfig['type'];

/** Secrets stay templates (`{{$env.NAME}}`) here; they are resolved at each use. */
export type AuthEntry =
  | { type: 'basic'; username: string; password: string }
  | { type: 'token'; header?: string; query?: string; value: string }
  | { type: 'ip'; allow: string[] }
  /** The preset's schema says what else stands here. */
  | ({ type: 'signature'; provider: string; secrets?: string[] } & { [option: string]: Json })
  /** Short for the preset `jwt`. */
  | ({ type: 'jwt'; secrets?: string[] } & { [option: string]: Json });

/** As written; `CompiledOptions` has the defaults and the units. */
export interface WorkflowOptions {
  timeout?: number;
  stackLimit?: number;
  deleteExecutionOnStatus?: Ending[];
  retention?: string;
  errorWorkflow?: string;
}

export interface NodeDocument {
  key: string;
  type: string;
  title?: string;
  config: JsonObject;
  branches: Record<string, NodeDocument[]>;
}

export type Calculation =
  { calculator: string; operands: Json[] } | { group: { type: 'and' | 'or'; calculations: Calculation[] } };

export interface ConditionConfig {
  engine: 'basic' | 'math.js' | 'formula.js' | 'string';
  calculation?: Calculation;
  expression?: string;
}

/** One fault of a document: where (RFC 6901 JSON pointer), what kind, and what to do about it. */
export interface Fault {
  pointer: string;
  code:
    | 'unknown_property'
    | 'missing'
    | 'wrong_type'
    | 'invalid'
    | 'duplicate'
    | 'not_supported'
    | 'unknown_node'
    | 'limit'
    | 'syntax';
  message: string;
}
