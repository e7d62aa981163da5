import { Worker } from 'node:worker_threads';
import type { ScriptJob, ScriptReport, ScriptThreadReady } from './script-messages.js';
import type { SourceLocation } from './source-location.js';
import type { LostCause, PooledWorker, RunEnd } from './worker-pool.js';

/**
 * The interpreter stops itself at the wall deadline, but cannot inside one long native operation. This much later the
 * thread is terminated.
 */
const TERMINATE_GRACE_MS = 150;
/** A thread's stack must be deeper than the guest's own limit, or V8 overflows first and the interpreter is lost. */
const STACK_MB = 16;
/** Bounds the JavaScript heap of the thread (messages, log lines); the guest lives in WASM memory, limited elsewhere. */
const HEAP_MB = 256;

/** One script thread as seen from the worker process. */
type ScriptWorker = PooledWorker<ScriptJob, ScriptReport>;

export function startScriptWorker(location: SourceLocation, memoryBytes: number): ScriptWorker {
  const thread = new Worker(location.url, {
    execArgv: location.execArgv,
    workerData: { memoryBytes },
    // No part of the process's environment reaches the thread.
    env: {},
    stdin: false,
    resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB },
  });
  const state: ThreadState = { thread, runs: 0, end: null, lost: null, markReady: () => {} };
  const ready = new Promise<'ready' | Error>((resolve) => (state.markReady = resolve));
  listen(state);
  return {
    ready,
    get alive() {
      return state.lost === null;
    },
    get runs() {
      return state.runs;
    },
    run: (job) => runOn(state, job),
    stop: (cause, message) => stop(state, cause, message),
  };
}

interface ThreadState {
  thread: Worker;
  runs: number;
  /** Takes the end of the run under way. */
  end: ((end: RunEnd<ScriptReport>) => void) | null;
  /** Set once the thread is gone. */
  lost: RunEnd<ScriptReport> | null;
  markReady(outcome: 'ready' | Error): void;
}

function listen(state: ThreadState): void {
  state.thread.on('message', (message: ScriptReport | ScriptThreadReady) => {
    if ('ready' in message) {
      // An idle thread must not keep an otherwise finished process alive.
      state.thread.unref();
      state.markReady('ready');
    } else state.end?.({ kind: 'report', report: message });
  });
  state.thread.on('error', (error: Error & { code?: string }) => {
    const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const message = outOfMemory ? 'the script thread ran out of memory' : `the script thread failed: ${error.message}`;
    lose(state, outOfMemory ? 'memory' : 'crash', message);
  });
  state.thread.on('exit', () => lose(state, 'crash', 'the script thread ended'));
}

function runOn(state: ThreadState, job: ScriptJob): Promise<RunEnd<ScriptReport>> {
  if (state.lost !== null) return Promise.resolve(state.lost);
  state.runs += 1;
  state.thread.ref();
  return new Promise((resolve) => {
    const { wallMs } = job.limits;
    const overdue = setTimeout(
      () => void stop(state, 'overdue', `the script ran longer than ${wallMs} ms`),
      wallMs + TERMINATE_GRACE_MS,
    );
    state.end = (end) => {
      clearTimeout(overdue);
      state.thread.unref();
      state.end = null;
      resolve(end);
    };
    state.thread.postMessage(job);
  });
}

async function stop(state: ThreadState, cause: LostCause, message: string): Promise<void> {
  lose(state, cause, message);
  await state.thread.terminate();
}

function lose(state: ThreadState, cause: LostCause, message: string): void {
  state.lost ??= { kind: 'lost', cause, message };
  state.markReady(new Error(message));
  state.end?.(state.lost);
}
