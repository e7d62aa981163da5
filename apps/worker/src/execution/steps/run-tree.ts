import {
  runExecution,
  type CompiledWorkflow,
  type EnginePorts,
  type ExecutionOutcome,
  type TriggerContext,
} from '#engine';
import type { Json, Settings } from '#shared';
import type { RunnableExecution } from '#storage';
import type { Environment } from '../../ports/environment.js';
import type { ExecutionClaim } from '../execution-claim.js';

/** After this long a run without effects is claimed too, so that people see it as started. Milliseconds. */
const SHOW_AS_STARTED_AFTER = 1_000;

export interface RunOptions {
  ports: Omit<EnginePorts, 'journal'>;
  environment: Pick<Environment, 'valuesFor'>;
  limits: Pick<Settings, 'RESULT_LIMITS' | 'SCRIPT_LIMITS'>;
  maxSteps: number;
  signal: AbortSignal;
}

/** Runs the tree of nodes to its end. @throws LostClaim when another worker or an ending owns the execution */
export async function runTree(
  execution: RunnableExecution,
  workflow: CompiledWorkflow,
  context: TriggerContext,
  claim: ExecutionClaim,
  options: RunOptions,
): Promise<ExecutionOutcome> {
  const timer = setTimeout(() => void claim.claim().catch(() => undefined), SHOW_AS_STARTED_AFTER);
  try {
    return await runExecution({
      workflow,
      execution: { id: execution.id, version: execution.version, mode: execution.mode },
      context: context as unknown as Json,
      env: options.environment.valuesFor(workflow.envNames),
      ports: { ...options.ports, journal: claim },
      signal: options.signal,
      limits: {
        nodeResultBytes: options.limits.RESULT_LIMITS.node,
        replyBytes: options.limits.RESULT_LIMITS.reply,
        stateBytes: options.limits.RESULT_LIMITS.state,
        scriptWallMs: options.limits.SCRIPT_LIMITS.wall,
        maxSteps: options.maxSteps,
      },
    });
  } finally {
    clearTimeout(timer);
  }
}
