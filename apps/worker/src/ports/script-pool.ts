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
  return new ThreadPool(options);
}

class ThreadPool implements ScriptPool {
  readonly #options: ScriptPoolOptions;
  readonly #queue: Waiting[] = [];
  readonly #idle: ScriptWorker[] = [];
  readonly #threads = new Set<ScriptWorker>();
  #failedStarts = 0;
  #closed = false;

  constructor(options: ScriptPoolOptions) {
    this.#options = options;
    this.#fill();
  }

  run(job: ScriptJob, signal: AbortSignal): Promise<ScriptOutcome> {
    if (this.#closed) return Promise.resolve(CLOSED);
    if (signal.aborted) return Promise.resolve(ABORTED);
    return new Promise((resolve) => {
      enqueue(this.#queue, { job, signal, settle: resolve });
      if (this.#threads.size < this.#options.size) {
        this.#failedStarts = 0;
        this.#fill();
      }
      this.#feed();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.settle(CLOSED);
    await Promise.all([...this.#threads].map((thread) => thread.stop('closed', CLOSED.message)));
  }

  #fill(): void {
    while (!this.#closed && this.#threads.size < this.#options.size) void this.#start();
  }

  async #start(): Promise<void> {
    const thread = startScriptWorker(this.#options.location, this.#options.memoryBytes);
    this.#threads.add(thread);
    const outcome = await thread.ready;
    if (outcome === 'ready') {
      this.#failedStarts = 0;
      this.#idle.push(thread);
      return this.#feed();
    }
    this.#threads.delete(thread);
    this.#failedStarts += 1;
    if (this.#failedStarts < START_ATTEMPTS) return this.#fill();
    const failure: ScriptFailure = { ok: false, code: 'script_error', message: outcome.message, log: '' };
    for (const waiting of this.#queue.splice(0)) waiting.settle(failure);
  }

  #feed(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop();
      if (thread === undefined) return;
      if (thread.alive) void this.#serve(thread, this.#queue.shift()!);
      else this.#retire(thread);
    }
  }

  async #serve(thread: ScriptWorker, { job, signal, settle }: Waiting): Promise<void> {
    const abort = (): void => void thread.stop('aborted', ABORTED.message);
    signal.addEventListener('abort', abort, { once: true });
    const end = await thread.run(job);
    signal.removeEventListener('abort', abort);
    settle(outcomeOf(end));
    if (end.kind === 'lost' || isWorn(thread, end, this.#options)) return this.#retire(thread);
    this.#idle.push(thread);
    this.#feed();
  }

  #retire(thread: ScriptWorker): void {
    this.#threads.delete(thread);
    void thread.stop('closed', 'the script thread was replaced');
    this.#fill();
  }
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
