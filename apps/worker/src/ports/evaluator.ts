import type { EvaluationResult, Evaluator } from '#engine';
import type { Json } from '#shared';
import type { EvaluationJob, EvaluationOutcome, EvaluationReport } from './evaluation-messages.js';
import { startEvaluationWorker } from './evaluation-worker.js';
import { locateSource } from './source-location.js';
import { createWorkerPool, type RunEnd } from './worker-pool.js';

export interface EvaluatorOptions {
  /** Bytes the heap of a process may hold: what an expression is given and makes, and some 30 MB of its own. */
  memoryBytes: number;
  /** Milliseconds of wall time of one evaluation, from when a process takes it. */
  timeMs: number;
  /** UTF-8 bytes of the result's JSON text. */
  outputBytes: number;
  /** Processes, hence evaluations at once. */
  processes: number;
}

/** A process is replaced after so many evaluations, so that what libraries cache does not pile up. */
const RECYCLE_AFTER = 10_000;

/**
 * Evaluates expressions that may take long or grow, in a pool of processes that start with the first of them. A process
 * that takes longer than the time, or more than the memory, is ended and replaced; the worker lives on. JSON goes in and
 * out, nothing else.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator & { close(): Promise<void> } {
  const { memoryBytes, timeMs, outputBytes, processes } = options;
  const location = locateSource(import.meta.url, 'evaluation-child');
  const pool = createWorkerPool<EvaluationJob, EvaluationReport, EvaluationOutcome>({
    size: processes,
    isWarm: false,
    what: 'expression',
    start: () => startEvaluationWorker({ memoryBytes, timeMs, location }),
    isWorn: (worker) => worker.runs >= RECYCLE_AFTER,
    outcomeOf,
  });
  let lastId = 0;
  return {
    async evaluate({ engine, expression, source, signal }): Promise<EvaluationResult> {
      lastId += 1;
      const job: EvaluationJob = { id: lastId, engine, expression, source: JSON.stringify(source), outputBytes };
      return toResult(await pool.run(job, signal));
    },
    close: () => pool.close(),
  };
}

function outcomeOf(end: RunEnd<EvaluationReport>): EvaluationOutcome {
  if (end.kind === 'report') return end.report.outcome;
  const code = {
    overdue: 'expression_timeout',
    aborted: 'aborted',
    closed: 'aborted',
    memory: 'expression_memory',
    crash: 'expression_failed',
  } as const;
  return { ok: false, code: code[end.cause], message: end.message };
}

function toResult(outcome: EvaluationOutcome): EvaluationResult {
  return outcome.ok ? { ok: true, result: JSON.parse(outcome.result) as Json } : outcome;
}
