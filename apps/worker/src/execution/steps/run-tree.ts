import { runExecution, type CompiledWorkflow, type EnginePorts, type NodeRunRecord, type RunResult } from '#engine';
import type { Json, Settings } from '#shared';
import type { RunnableExecution } from '#storage';
import type { Environment } from '../../ports/environment.js';
import type { ExecutionClaim } from '../execution-claim.js';

/**
 * After this long a run without effects is claimed too: people see it as started, and its job is let go, which holds up
 * its neighbours in the chunk and the fetching of more. Far above what a run without effects takes: the claim that it
 * saves is worth a statement. Milliseconds.
 */
const SHOW_AS_STARTED_AFTER = 250;

export interface RunOptions {
  ports: Omit<EnginePorts, 'journal'>;
  environment: Pick<Environment, 'valuesFor'>;
  limits: Pick<Settings, 'RESULT_LIMITS' | 'SCRIPT_LIMITS'>;
  maxSteps: number;
  loopRounds: number;
  signal: AbortSignal;
  /** What earlier attempts committed. */
  restored: readonly NodeRunRecord[];
  shouldYield: () => boolean;
}

/** Runs the tree of nodes until it ends, waits or yields. @throws LostClaim when another worker or an ending owns the execution */
export async function runTree(
  execution: RunnableExecution,
  workflow: CompiledWorkflow,
  context: Json,
  claim: ExecutionClaim,
  options: RunOptions,
): Promise<RunResult> {
  const timer = setTimeout(() => void claim.claim().catch(() => undefined), SHOW_AS_STARTED_AFTER);
  try {
    return await runExecution({
      workflow,
      execution: { id: execution.id, version: execution.version, mode: execution.mode },
      context,
      env: options.environment.valuesFor(workflow.envNames),
      ports: { ...options.ports, journal: claim },
      signal: options.signal,
      restored: options.restored,
      wokenAt: execution.loadedAt,
      shouldYield: options.shouldYield,
      limits: {
        nodeResultBytes: options.limits.RESULT_LIMITS.node,
        replyBytes: options.limits.RESULT_LIMITS.reply,
        stateBytes: options.limits.RESULT_LIMITS.state,
        scriptWallMs: options.limits.SCRIPT_LIMITS.wall,
        maxSteps: options.maxSteps,
        loopRounds: options.loopRounds,
      },
    });
  } finally {
    clearTimeout(timer);
  }
}
