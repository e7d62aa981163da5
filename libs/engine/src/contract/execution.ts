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
}

/** RESULT_LIMITS, SCRIPT_LIMITS and WORKFLOW_LIMITS of contract.md 11, in bytes, milliseconds and counts. */
export interface EngineLimits {
  nodeResultBytes: number;
  replyBytes: number;
  stateBytes: number;
  scriptWallMs: number;
  /** Node visits in one execution. */
  maxSteps: number;
}

/** How it ended. `reply` is what a sync sender gets, null in async mode; node runs not journaled yet come last. */
export interface ExecutionOutcome {
  status: Ending;
  reason: EndReason | null;
  error: NodeError | null;
  nodeRuns: NodeRunRecord[];
  reply: Reply | null;
  output: Json;
}
