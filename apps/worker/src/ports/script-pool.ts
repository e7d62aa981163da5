import type { ScriptJob, ScriptOutcome, ScriptReport } from './script-messages.js';
import { startScriptWorker } from './script-worker.js';
import type { SourceLocation } from './source-location.js';
import { createWorkerPool, type RunEnd, type WorkerPool } from './worker-pool.js';

export interface ScriptPoolOptions {
  /** Threads, hence scripts at once. */
  size: number;
  /** Guest heap of each thread, in bytes. */
  memoryBytes: number;
  /** A thread is replaced after so many runs. */
  recycleAfterRuns: number;
  /** A thread is replaced once its WASM memory, which never shrinks, holds more bytes than this. */
  recycleAboveBytes: number;
  location: SourceLocation;
}

/** Warm script threads and the queue before them. */
export function createScriptPool(options: ScriptPoolOptions): WorkerPool<ScriptJob, ScriptOutcome> {
  return createWorkerPool<ScriptJob, ScriptReport, ScriptOutcome>({
    size: options.size,
    isWarm: true,
    what: 'script',
    start: () => startScriptWorker(options.location, options.memoryBytes),
    isWorn: (thread, { spent, memoryBytes }) =>
      spent || memoryBytes > options.recycleAboveBytes || thread.runs >= options.recycleAfterRuns,
    outcomeOf,
  });
}

function outcomeOf(end: RunEnd<ScriptReport>): ScriptOutcome {
  if (end.kind === 'report') return end.report.outcome;
  const code = {
    overdue: 'script_timeout',
    aborted: 'aborted',
    closed: 'aborted',
    memory: 'script_memory',
    crash: 'script_error',
  } as const;
  return { ok: false, code: code[end.cause], message: end.message, log: '' };
}
