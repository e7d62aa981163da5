import { fork, type ChildProcess } from 'node:child_process';
import type { EvaluationJob, EvaluationReady, EvaluationReport } from './evaluation-messages.js';
import type { SourceLocation } from './source-location.js';
import type { LostCause, PooledWorker, RunEnd } from './worker-pool.js';

export interface EvaluationWorkerOptions {
  /** Bytes the JavaScript heap of a process may hold. */
  memoryBytes: number;
  /** Milliseconds an evaluation may take. */
  timeMs: number;
  location: SourceLocation;
}

/** What V8 ends a process with whose heap is full, and the system one that took too much of its memory. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['SIGABRT', 'SIGKILL', 'SIGTRAP', 'SIGILL']);

/**
 * Starts a process of its own, not a thread: when one allocation of a thread goes beyond its heap limit V8 ends the whole
 * process (a list of a hundred million numbers is enough), and a thread inside one long native operation cannot be ended.
 */
export function startEvaluationWorker(options: EvaluationWorkerOptions): PooledWorker<EvaluationJob, EvaluationReport> {
  const child = fork(options.location.url, [String(process.pid)], {
    execArgv: [...options.location.execArgv, `--max-old-space-size=${Math.ceil(options.memoryBytes / 1024 ** 2)}`],
    // No part of the process's environment reaches the expressions.
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  const state: ProcessState = { child, timeMs: options.timeMs, runs: 0, end: null, lost: null, markReady: () => {} };
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

interface ProcessState {
  child: ChildProcess;
  timeMs: number;
  runs: number;
  /** Takes the end of the run under way. */
  end: ((end: RunEnd<EvaluationReport>) => void) | null;
  /** Set once the process is gone, or must not be used again. */
  lost: Extract<RunEnd<EvaluationReport>, { kind: 'lost' }> | null;
  markReady(outcome: 'ready' | Error): void;
}

function listen(state: ProcessState): void {
  state.child.on('message', (message: EvaluationReport | EvaluationReady) => {
    if ('ready' in message) {
      keepAlive(state, false);
      state.markReady('ready');
    } else state.end?.({ kind: 'report', report: message });
  });
  state.child.on('error', (error) => lose(state, 'crash', `the evaluation process failed: ${error.message}`));
  state.child.on('exit', (_code, signal) => {
    if (signal !== null && OUT_OF_MEMORY.has(signal)) lose(state, 'memory', 'the expression needed too much memory');
    else lose(state, 'crash', 'the evaluation process ended');
  });
}

/** An idle process must not keep an otherwise finished worker alive. */
function keepAlive({ child }: ProcessState, isBusy: boolean): void {
  const reference = isBusy ? 'ref' : 'unref';
  child[reference]();
  child.channel?.[reference]();
}

function runOn(state: ProcessState, job: EvaluationJob): Promise<RunEnd<EvaluationReport>> {
  if (state.lost !== null) return Promise.resolve(state.lost);
  state.runs += 1;
  keepAlive(state, true);
  return new Promise((resolve) => {
    const overdue = setTimeout(
      () => void stop(state, 'overdue', `the expression took longer than ${state.timeMs} ms`),
      state.timeMs,
    );
    state.end = (end) => {
      clearTimeout(overdue);
      keepAlive(state, false);
      state.end = null;
      resolve(end);
    };
    state.child.send(job, (error) => {
      if (error !== null) lose(state, 'crash', `the evaluation process cannot be reached: ${error.message}`);
    });
  });
}

async function stop(state: ProcessState, cause: LostCause, message: string): Promise<void> {
  lose(state, cause, message);
  const { child } = state;
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function lose(state: ProcessState, cause: LostCause, message: string): void {
  state.lost ??= { kind: 'lost', cause, message };
  state.markReady(new Error(message));
  state.end?.(state.lost);
}
