import type { Json, JsonObject } from '#shared';
import type { Outcome } from './outcome.js';
import type { NodeRunRecord } from './node-run.js';
import type { EnginePorts } from './ports.js';
import type { Scope } from './scope.js';
import type { Write } from './write.js';
import type { Fault, NodeDocument } from './workflow-document.js';

/** What `run` may see. Everything else a node needs comes from its config. */
export interface NodeRunContext<C = JsonObject> {
  /** The config with templates rendered, except the properties that the declaration keeps raw. */
  config: C;
  node: {
    key: string;
    type: string;
    branches: readonly string[];
    /** Id of this visit's node run; the same when it is resumed or tried again by another worker. */
    runId: string;
    /** Rounds of the enclosing loops, outermost first: with the key it names the visit within the execution. */
    rounds: readonly number[];
  };
  execution: { id: string; workflowKey: string; version: number; mode: 'async' | 'sync' };
  /** Values by template path: `$context`, `$jobsMapByNodeKey`, `$scopes`, `$env`, `$system`, `$execution`. */
  scope: Scope;
  ports: Omit<EnginePorts, 'journal'>;
  /** Milliseconds; the cap of SCRIPT_LIMITS on a script's wall time. */
  limits: { scriptWallMs: number };
  /** Aborted on timeout, cancel and lost lease. */
  signal: AbortSignal;
}

/**
 * A node type: data plus one function. Adding one is a file, a spec beside it, and a line in `nodes/index.ts`;
 * validation, the catalogue and the reference page derive from this declaration.
 */
export interface NodeDefinition<C = JsonObject> {
  type: string;
  title: string;
  /** Markdown, one paragraph: what it does, its result, how it fails. */
  docs: string;
  /** JSON Schema of `config`, before templates are rendered; unknown properties are refused. */
  configSchema: JsonObject;
  /** Names of branches this node may have; `[]` for none, `any` for names of the author's choice. */
  branches: readonly string[] | 'any';
  /** With a config the names that its `branches` may have; for nodes whose branches stand in the config. */
  branchesOf?(config: C): readonly string[];
  /** Its branches run in rounds, with `$scopes.<key>`: what comes later in them may have run before. */
  repeats?: true;
  /** Its branches run at the same time: each may see what the others did. */
  concurrent?: true;
  /** `effect`: acts outside our Postgres; the loop journals an intent first. */
  effect: 'pure' | 'effect';
  /** Properties of `config` that are not rendered as templates (expressions, scripts). */
  raw?: readonly string[];
  /** Of `raw`, those that are code: the recorded input shows them as written too. The others it shows rendered. */
  code?: readonly string[];
  /** Checks beyond the schema (an expression that does not parse). Pointers are relative to `config`. */
  check?(config: C, node: NodeDocument): Fault[];
  examples: readonly NodeExample[];
  /** May answer `suspend`: refused in a sync workflow, whose sender waits. */
  suspends?: true;
  /** With these settings an effect may be done again when nobody knows whether it happened. Absent: never. */
  isRepeatable?(config: C): boolean;
  /** Can be tried by itself (`POST /nodes/:type/test`), with real effects. */
  testable?: true;
  /** Only in workflows with these triggers; absent: all. */
  triggers?: readonly string[];
  /** Undoes a wait that is given up because its branch lost or its loop was left: closes tasks, ends a child. */
  abandon?(waiting: NodeRunRecord): Write | null;
  /** Goes on after `suspend`, once the wait is over; `waiting` is the visit as recorded, its result unmasked. */
  resume?(context: NodeRunContext<C>, waiting: NodeRunRecord): Outcome | Promise<Outcome>;
  run(context: NodeRunContext<C>): Outcome | Promise<Outcome>;
}

/** Run as a test and shown in the reference: with this scope and config, this comes out. */
export interface NodeExample {
  title: string;
  config: JsonObject;
  context?: Json;
  /** Results of earlier nodes by key. */
  results?: Record<string, Json>;
  /** What the port that the node asks answers (records, an HTTP answer, tasks, ...). */
  answer?: Json;
  /** The visit was waiting and showed this: it is resumed instead of run. */
  waited?: { result: Json };
  expect: Partial<Outcome> & { kind: Outcome['kind'] };
}

/** Declares a node; exists for its types. */
export function defineNode<C>(definition: NodeDefinition<C>): NodeDefinition<C> {
  return Object.freeze(definition);
}
