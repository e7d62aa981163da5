import type { QuickJSHandle } from 'quickjs-emscripten';
import { createScriptDeadline } from './script-deadline.js';
import type { ScriptDeadline } from './script-deadline.js';
import { outOfMemory, readThrown } from './script-failure.js';
import { createScriptInterpreter } from './script-interpreter.js';
import type { ScriptInterpreter } from './script-interpreter.js';
import { createScriptLog } from './script-log.js';
import type { ScriptLog } from './script-log.js';
import type { ScriptFailure, ScriptJob, ScriptLimits, ScriptOutcome, ScriptReport } from './script-messages.js';

const USER_FILE = 'script.js';
/** Microtasks between two looks at the clock: a chain too short for the interpreter's own poll still ends. */
const JOB_BATCH = 500;
/** A full heap would leave no room to tell what filled it. */
const DESCRIBE_BYTES = 1024 * 1024;

/** Runs scripts one at a time, each in a runtime and context that no other script has touched. */
export interface ScriptIsolate {
  run(job: ScriptJob): ScriptReport;
}

/** `memoryBytes`: the guest heap's limit. */
export async function createScriptIsolate(memoryBytes: number): Promise<ScriptIsolate> {
  const interpreter = await createScriptInterpreter(memoryBytes);
  return {
    run(job) {
      const { outcome, sound } = runOnce(interpreter, job);
      const spent = !sound || (!outcome.ok && outcome.code === 'script_memory');
      return { id: job.id, outcome, memoryBytes: interpreter.memoryBytes(), spent };
    },
  };
}

interface Run {
  interpreter: ScriptInterpreter;
  deadline: ScriptDeadline;
  log: ScriptLog;
  limits: ScriptLimits;
}

/** `sound` is false when the interpreter itself failed and its memory can no longer be trusted. */
function runOnce(interpreter: ScriptInterpreter, job: ScriptJob): { outcome: ScriptOutcome; sound: boolean } {
  const { limits } = job;
  const run: Run = {
    interpreter,
    limits,
    log: createScriptLog(limits.logBytes),
    deadline: createScriptDeadline(limits),
  };
  // The host copies these in beside the guest's own limit; a quarter of it always fits.
  if (Buffer.byteLength(job.content) + Buffer.byteLength(job.globals) > limits.memoryBytes / 4) {
    return {
      outcome: fail(run, 'script_memory', 'the script and its input are too large for its memory limit'),
      sound: true,
    };
  }
  try {
    interpreter.reset({ log: run.log.append, isOver: run.deadline.isOver });
    return { outcome: evaluate(run, job), sound: true };
  } catch (error) {
    return { outcome: interpreterFault(run, error), sound: false };
  }
}

/** No handle is disposed: the next reset takes all of them back at once. */
function evaluate(run: Run, job: ScriptJob): ScriptOutcome {
  const { context, start } = run.interpreter;
  const started = context.callFunction(start, context.undefined, context.newString(job.globals));
  if (started.error) return thrown(run, started.error);
  // The wrapper shares the user's first line, so that line numbers are the user's own.
  const script = context.evalCode(`(async()=>{${job.content}\n})()`, USER_FILE);
  if (script.error) return thrown(run, script.error);
  return settle(run) ?? collect(run, script.value);
}

/** Runs microtasks until none is left. Gives an outcome only when a limit ended them. */
function settle(run: Run): ScriptOutcome | null {
  const { runtime } = run.interpreter;
  while (!run.deadline.isOver() && runtime.hasPendingJob()) {
    const done = runtime.executePendingJobs(JOB_BATCH);
    if (!done.error) continue;
    const outcome = thrown(run, done.error);
    // A job that throws an ordinary error has rejected some promise already; only a limit ends the script here.
    if (!outcome.ok && outcome.code !== 'script_error') return outcome;
  }
  return timedOut(run);
}

function collect(run: Run, promise: QuickJSHandle): ScriptOutcome {
  const { context, finish } = run.interpreter;
  const state = context.getPromiseState(promise);
  if (state.type === 'pending') {
    return fail(run, 'script_unsettled', 'the script did not settle: it awaits a promise that nothing can resolve');
  }
  if (state.type === 'rejected') return thrown(run, state.error);
  const text = context.callFunction(finish, context.undefined, state.value);
  if (text.error) return thrown(run, text.error);
  const { outputBytes } = run.limits;
  const result = readResult(run.interpreter, text.value, outputBytes);
  if (result === null) return fail(run, 'script_output', `the result is larger than ${outputBytes} bytes`);
  return timedOut(run) ?? { ok: true, result, log: run.log.text() };
}

/** Null when it is larger than allowed; looks before it copies. */
function readResult({ context }: ScriptInterpreter, handle: QuickJSHandle, outputBytes: number): string | null {
  if (context.getNumber(context.getProp(handle, 'length')) > outputBytes) return null;
  const text = context.getString(handle);
  return Buffer.byteLength(text) > outputBytes ? null : text;
}

function thrown(run: Run, error: QuickJSHandle): ScriptFailure {
  const { context, runtime, describe, mayHaveBeenFull } = run.interpreter;
  const { memoryBytes } = run.limits;
  // A heap with no room even for the error that says so throws null instead.
  if (mayHaveBeenFull() && context.eq(error, context.null))
    return timedOut(run) ?? fail(run, 'script_memory', outOfMemory(memoryBytes));
  runtime.setMemoryLimit(memoryBytes + DESCRIBE_BYTES);
  const told = context.callFunction(describe, context.undefined, error);
  runtime.setMemoryLimit(memoryBytes);
  const over = timedOut(run);
  if (over) return over;
  const { code, message } = readThrown(told.error ? '' : context.getString(told.value), USER_FILE, memoryBytes);
  return fail(run, code, message);
}

function timedOut(run: Run): ScriptFailure | null {
  const reason = run.deadline.reason();
  return reason === null ? null : fail(run, 'script_timeout', reason);
}

/** An error of the interpreter, not of the script: V8 met its own stack limit below the guest's, or WASM trapped. */
function interpreterFault(run: Run, error: unknown): ScriptFailure {
  const message =
    error instanceof RangeError
      ? 'the script exceeded the call stack: its nesting is too deep'
      : 'the script exhausted the interpreter';
  return timedOut(run) ?? fail(run, 'script_memory', message);
}

function fail({ log }: Run, code: ScriptFailure['code'], message: string): ScriptFailure {
  return { ok: false, code, message, log: log.text() };
}
