import { setImmediate as turn } from 'node:timers/promises';
import type { Json } from '#shared';
import type { CompiledWorkflow } from '../../contract/compiled-workflow.js';
import type { ExecutionOutcome, RunResult } from '../../contract/execution.js';
import type { NodeRunRecord } from '../../contract/node-run.js';
import { LostClaim } from '../../contract/ports.js';
import { runExecution } from '../../run/run-execution.js';
import { manualContext } from '../../triggers/webhook-context.js';
import { latestRuns } from '../in-memory-journal.js';
import { executionInput } from '../run-document.js';
import { crashingJournal, type Crash } from './crashing-journal.js';
import { resetWorld, type World } from './model-nodes.js';

/** What the engine came to, over however many runs. */
export interface Lived {
  outcome: ExecutionOutcome;
  /** Every visit as storage has it at the end. */
  visits: readonly NodeRunRecord[];
  effects: ReadonlyMap<string, number>;
  /** Runs it took. */
  runs: number;
}

/** Runs of one execution; a tree that needs more does not come to an end. */
const MAX_RUNS = 1000;
/** Turns of the event loop in which nothing moves, neither the engine nor the clock. */
const MAX_IDLE_TURNS = 50;

/**
 * Runs a workflow as workers do, on virtual time: after each suspension, when the first wait is over, another run goes on
 * from what the journal holds; the same after each of `crashes`, of which each run gets one.
 */
export async function liveThrough(workflow: CompiledWorkflow, crashes: readonly Crash[] = []): Promise<Lived> {
  const world = resetWorld();
  const committed: NodeRunRecord[] = [];
  for (let runs = 1; runs <= MAX_RUNS; runs += 1) {
    const journal = crashingJournal(committed, crashes[runs - 1] ?? null);
    const input = executionInput(workflow, manualContext({}) as unknown as Json, {
      ports: { journal, now: world.clock.now },
      restored: latestRuns(committed),
    });
    const result = await untilSettled(runExecution(input), () => journal.hasDied, world);
    if (result === null) {
      world.clock.forget();
      continue;
    }
    if (result.kind === 'yielded') throw new Error('the run yielded unasked');
    if (result.kind === 'suspended') {
      if (journal.resumeAt === null) throw new Error('the run waits for nobody');
      world.clock.moveTo(journal.resumeAt);
      continue;
    }
    committed.push(...result.nodeRuns);
    return { outcome: result, visits: latestRuns(committed), effects: world.effects, runs };
  }
  throw new Error(`no end after ${MAX_RUNS} runs`);
}

/** Lets time pass whenever the run waits for it. Null when the worker died. */
async function untilSettled(
  running: Promise<RunResult>,
  hasDied: () => boolean,
  { clock }: World,
): Promise<RunResult | null> {
  let settled: { result: RunResult | null } | { error: unknown } | null = null;
  running.then(
    (result) => (settled = { result }),
    (error: unknown) => (settled = error instanceof LostClaim ? { result: null } : { error }),
  );
  for (let idle = 0; settled === null && !hasDied() && idle < MAX_IDLE_TURNS; idle += 1) {
    await turn();
    if (settled === null && !hasDied() && clock.advance()) idle = 0;
  }
  return hasDied() ? null : resultOf(settled);
}

function resultOf(settled: { result: RunResult | null } | { error: unknown } | null): RunResult | null {
  if (settled === null) throw new Error('the run stands still');
  if ('error' in settled) throw settled.error;
  return settled.result;
}
