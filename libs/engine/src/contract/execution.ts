import type { Json } from '#shared';
import type { CompiledWorkflow } from './compiled-workflow.js';
import type { NodeError, NodeRunRecord } from './node-run.js';
import type { EnginePorts } from './ports.js';
import type { Reply } from './reply.js';
import type { EndReason, Ending } from './statuses.js';

/** One run to make. */
export interface ExecutionInput {
  workflow: CompiledWorkflow;
  execution: { id: string; version: number; mode: 'async' | 'sync' };
  context: Json;
  /** Secrets and allowed environment variables by name; secret values are masked in everything recorded. */
  env: { values: Record<string, string>; secretNames: ReadonlySet<string> };
  ports: EnginePorts;
  signal: AbortSignal;
  limits: EngineLimits;
  /**
   * Node runs that earlier attempts (or the execution this one retries) committed, one per visit, in their order; empty
   * or absent for a fresh start. A visit found here is not made again: its recorded result stands.
   */
  restored?: readonly NodeRunRecord[];
  /** The database's clock when the execution was handed out: what was due by it is due. Absent: only `ports.now()` counts. */
  wokenAt?: Date;
  /** Asked before each node: true when this worker wants to stop. The run then ends as `yielded`. */
  shouldYield?: () => boolean;
}

/** RESULT_LIMITS, SCRIPT_LIMITS and WORKFLOW_LIMITS of contract.md 11, in bytes, milliseconds and counts. */
export interface EngineLimits {
  nodeResultBytes: number;
  replyBytes: number;
  stateBytes: number;
  scriptWallMs: number;
  /** Node visits in one execution. */
  maxSteps: number;
  /** Rounds of one loop. */
  loopRounds: number;
}

/**
 * What a run came to. `suspended`: the journal let go of the execution. `yielded`: the worker wants to stop;
 * `nodeRuns` are those that no journal entry holds, and another worker can go on.
 */
export type RunResult =
  ({ kind: 'ended' } & ExecutionOutcome) | { kind: 'suspended' } | { kind: 'yielded'; nodeRuns: NodeRunRecord[] };

/** How it ended. `reply` is what a sync sender gets, null in async mode; node runs not journaled yet come last. */
export interface ExecutionOutcome {
  status: Ending;
  reason: EndReason | null;
  error: NodeError | null;
  nodeRuns: NodeRunRecord[];
  reply: Reply | null;
  output: Json;
}
