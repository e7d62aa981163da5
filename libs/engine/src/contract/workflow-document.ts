import type { Json, JsonObject } from '#shared';
import type { Ending } from './statuses.js';

/** The workflow document of contract.md 2, after defaults were filled in by `compileWorkflow`. */
export interface WorkflowDocument {
  key?: string;
  title?: string;
  description?: string;
  enabled?: boolean;
  schemaVersion?: number;
  trigger: WebhookTrigger;
  options?: WorkflowOptions;
  nodes: NodeDocument[];
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface WebhookTrigger {
  type: 'webhook';
  mode: 'async' | 'sync';
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
  response?: { status?: number; headers?: Record<string, string>; body?: Json };
}

/** Secrets stay templates (`{{$env.NAME}}`) here; they are resolved at each use. */
export type AuthEntry =
  | { type: 'basic'; username: string; password: string }
  | { type: 'token'; header?: string; query?: string; value: string }
  | { type: 'ip'; allow: string[] }
  | ({ type: 'signature'; provider: string; secrets: string[] } & HmacOptions);

/** Options of the generic `hmac` provider (contract.md 11); other providers take none of them. */
export interface HmacOptions {
  header?: string;
  algorithm?: 'sha1' | 'sha256' | 'sha512';
  encoding?: 'hex' | 'base64' | 'base64url';
  prefix?: string;
  /** Template over `{raw}` and `{timestamp}`; default `{raw}`. */
  signedBytes?: string;
  timestampHeader?: string;
  /** Seconds, both directions; default 300 when a timestamp is signed. */
  tolerance?: number;
}

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
