import type { ScriptFailure, ScriptJob, ScriptOutcome } from './script-messages.js';
import type { ThreadLocation } from './script-thread-location.js';
import { startScriptWorker } from './script-worker.js';
import type { RunEnd, ScriptWorker } from './script-worker.js';

export interface ScriptPoolOptions {
  /** Threads, hence scripts at once. */
  size: number;
  /** Guest heap of each thread, in bytes. */
  memoryBytes: number;
  /** A thread is replaced after so many runs. */
  recycleAfterRuns: number;
  /** A thread is replaced once its WASM memory, which never shrinks, holds more bytes than this. */
  recycleAboveBytes: number;
  location: ThreadLocation;
}

/** Warm script threads and the queue before them. First come, first served. */
export interface ScriptPool {
  /** Never rejects. Waits for a free thread without limit; the job's own times start when it has one. */
  run(job: ScriptJob, signal: AbortSignal): Promise<ScriptOutcome>;
  /** Ends all threads; runs under way and waiting end as `aborted`. */
  close(): Promise<void>;
}

interface Waiting {
  job: ScriptJob;
  signal: AbortSignal;
  settle(outcome: ScriptOutcome): void;
}

/** Threads that died one after the other before they were ready: then it is not the script, and asking again is no use. */
const START_ATTEMPTS = 3;
const ABORTED: ScriptFailure = { ok: false, code: 'aborted', message: 'the run was aborted', log: '' };
const CLOSED: ScriptFailure = { ok: false, code: 'aborted', message: 'the script runner is closed', log: '' };

export function createScriptPool(options: ScriptPoolOptions): ScriptPool {
  const queue: Waiting[] = [];
  const idle: ScriptWorker[] = [];
  const threads = new Set<ScriptWorker>();
  let failedStarts = 0;
  let closed = false;

  const start = async (): Promise<void> => {
    const thread = startScriptWorker(options.location, options.memoryBytes);
    threads.add(thread);
    const outcome = await thread.ready;
    if (outcome === 'ready') {
      failedStarts = 0;
      idle.push(thread);
      return feed();
    }
    threads.delete(thread);
    failedStarts += 1;
    if (failedStarts >= START_ATTEMPTS) return failAll(outcome.message);
    fill();
  };
  const fill = (): void => {
    while (!closed && threads.size < options.size) void start();
  };
  const failAll = (message: string): void => {
    for (const waiting of queue.splice(0)) waiting.settle({ ok: false, code: 'script_error', message, log: '' });
  };
  const feed = (): void => {
    while (queue.length > 0) {
      const thread = idle.pop();
      if (thread === undefined) return;
      if (!thread.alive) {
        retire(thread);
        continue;
      }
      void serve(thread, queue.shift()!);
    }
  };
  const retire = (thread: ScriptWorker): void => {
    threads.delete(thread);
    void thread.stop('closed', 'the script thread was replaced');
    fill();
  };
  const serve = async (thread: ScriptWorker, { job, signal, settle }: Waiting): Promise<void> => {
    const abort = (): void => void thread.stop('aborted', ABORTED.message);
    signal.addEventListener('abort', abort, { once: true });
    const end = await thread.run(job);
    signal.removeEventListener('abort', abort);
    settle(outcomeOf(end));
    if (end.kind === 'lost' || isWorn(thread, end, options)) return retire(thread);
    idle.push(thread);
    feed();
  };

  fill();
  return {
    run(job, signal) {
      if (closed) return Promise.resolve(CLOSED);
      if (signal.aborted) return Promise.resolve(ABORTED);
      return new Promise((resolve) => {
        enqueue(queue, { job, signal, settle: resolve });
        if (threads.size < options.size) {
          failedStarts = 0;
          fill();
        }
        feed();
      });
    },
    async close() {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.settle(CLOSED);
      await Promise.all([...threads].map((thread) => thread.stop('closed', CLOSED.message)));
    },
  };
}

/** An abort takes a waiting run out of the queue at once. */
function enqueue(queue: Waiting[], { job, signal, settle }: Waiting): void {
  const entry: Waiting = {
    job,
    signal,
    settle(outcome) {
      signal.removeEventListener('abort', leave);
      settle(outcome);
    },
  };
  const leave = (): void => {
    const at = queue.indexOf(entry);
    if (at === -1) return;
    queue.splice(at, 1);
    entry.settle(ABORTED);
  };
  signal.addEventListener('abort', leave, { once: true });
  queue.push(entry);
}

function isWorn(thread: ScriptWorker, end: Extract<RunEnd, { kind: 'report' }>, options: ScriptPoolOptions): boolean {
  const { spent, memoryBytes } = end.report;
  return spent || memoryBytes > options.recycleAboveBytes || thread.runs >= options.recycleAfterRuns;
}

function outcomeOf(end: RunEnd): ScriptOutcome {
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
