import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten';
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten';
import { readGuestValue, writeGuestValue } from './script-guest-values.js';
import { HOST_FUNCTIONS } from './script-host-functions.js';
import { createScriptDeadline } from './script-deadline.js';
import type { ScriptDeadline } from './script-deadline.js';
import { createScriptLog } from './script-log.js';
import type { ScriptLog } from './script-log.js';
import type { ScriptFailure, ScriptJob, ScriptLimits, ScriptOutcome, ScriptReport } from './script-messages.js';
import { PRELUDE } from './script-prelude.js';

const PAGE_BYTES = 65_536;
/** The least the WASM binary starts with: its own data and stack lie in it. */
const BASE_BYTES = 16 * 1024 * 1024;
const GUEST_STACK_BYTES = 512 * 1024;
const USER_FILE = 'script.js';
/** Jobs between two looks at the clock: a chain of microtasks too short for the interpreter's own poll still ends. */
const JOB_BATCH = 500;

/** Runs scripts one at a time, each in a QuickJS runtime and context of its own. */
export interface ScriptIsolate {
  run(job: ScriptJob): ScriptReport;
}

/**
 * Builds the interpreter of one thread. `memoryBytes` is the guest heap's limit: the WASM memory itself cannot grow
 * beyond that plus half for fragmentation, whatever the guest does.
 */
export async function createScriptIsolate(memoryBytes: number): Promise<ScriptIsolate> {
  const wasmMemory = new WebAssembly.Memory({
    initial: BASE_BYTES / PAGE_BYTES,
    maximum: Math.ceil((BASE_BYTES + memoryBytes * 1.5) / PAGE_BYTES),
  });
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory }));
  return {
    run(job) {
      const { outcome, sound } = runOnce(quickjs, job);
      const spent = !sound || (!outcome.ok && outcome.code === 'script_memory');
      return { id: job.id, outcome, memoryBytes: wasmMemory.buffer.byteLength, spent };
    },
  };
}

interface Run {
  runtime: QuickJSRuntime;
  context: QuickJSContext;
  deadline: ScriptDeadline;
  log: ScriptLog;
  limits: ScriptLimits;
}

/** `sound` is false when the interpreter itself failed and its memory can no longer be trusted. */
function runOnce(quickjs: QuickJSWASMModule, job: ScriptJob): { outcome: ScriptOutcome; sound: boolean } {
  const log = createScriptLog(job.limits.logBytes);
  const deadline = createScriptDeadline(job.limits);
  if (job.content.length + job.globals.length > job.limits.memoryBytes / 4) {
    return { outcome: fail('script_memory', 'the script and its input are too large for its memory limit', log), sound: true };
  }
  let outcome: ScriptOutcome | undefined;
  try {
    const runtime = quickjs.newRuntime();
    runtime.setMemoryLimit(job.limits.memoryBytes);
    runtime.setMaxStackSize(GUEST_STACK_BYTES);
    runtime.setInterruptHandler(() => deadline.isOver());
    const context = runtime.newContext();
    outcome = evaluate({ runtime, context, deadline, log, limits: job.limits }, job);
    context.dispose();
    runtime.dispose();
    return { outcome, sound: true };
  } catch (error) {
    return { outcome: outcome ?? interpreterFault(error, deadline, log), sound: false };
  }
}

function evaluate(run: Run, job: ScriptJob): ScriptOutcome {
  const { context } = run;
  const prelude = startPrelude(run, job.globals);
  if (!prelude.ok) return prelude.outcome;
  const { finish, describe } = prelude;
  try {
    // The wrapper shares the user's first line, so that line numbers are the user's own.
    const started = context.evalCode(`(async()=>{${job.content}\n})()`, USER_FILE);
    if (started.error) return started.error.consume((error) => thrown(run, describe, error));
    const promise = started.value;
    try {
      const stopped = settle(run, describe);
      return stopped ?? collect(run, promise, finish, describe);
    } finally {
      promise.dispose();
    }
  } finally {
    finish.dispose();
    describe.dispose();
  }
}

type Prelude = { ok: true; finish: QuickJSHandle; describe: QuickJSHandle } | { ok: false; outcome: ScriptOutcome };

function startPrelude({ context, deadline, log }: Run, globals: string): Prelude {
  const host = context.newFunction('host', (operation, ...args) => {
    const values = args.map((handle) => readGuestValue(context, handle));
    const name = context.getString(operation);
    if (name === 'log') return log.append(values[0]);
    const call = Object.hasOwn(HOST_FUNCTIONS, name) ? HOST_FUNCTIONS[name] : undefined;
    if (call === undefined) throw new TypeError('no such operation');
    return writeGuestValue(context, call(...values));
  });
  const text = context.newString(globals);
  const loaded = context.evalCode(PRELUDE, 'prelude.js');
  const called = loaded.error ? loaded : loaded.value.consume((f) => context.callFunction(f, context.undefined, host, text));
  host.dispose();
  text.dispose();
  if (called.error) {
    called.error.dispose();
    const code = deadline.reason() === null ? 'script_memory' : 'script_timeout';
    return { ok: false, outcome: fail(code, deadline.reason() ?? 'the input does not fit the memory limit', log) };
  }
  return called.value.consume((made) => ({
    ok: true,
    finish: context.getProp(made, 'finish'),
    describe: context.getProp(made, 'describe'),
  }));
}

/** Runs jobs until none is left. Gives an outcome only when a limit ended them. */
function settle(run: Run, describe: QuickJSHandle): ScriptOutcome | null {
  const { runtime, deadline } = run;
  while (!deadline.isOver() && runtime.hasPendingJob()) {
    const done = runtime.executePendingJobs(JOB_BATCH);
    if (done.error && deadline.reason() === null) {
      const outcome = done.error.consume((error) => thrown(run, describe, error));
      // A job that throws an ordinary error has rejected some promise already; only a limit ends the script here.
      if (!outcome.ok && outcome.code !== 'script_error') return outcome;
    } else if (done.error) done.error.dispose();
    else done.dispose();
  }
  return timedOut(run);
}

function collect(run: Run, promise: QuickJSHandle, finish: QuickJSHandle, describe: QuickJSHandle): ScriptOutcome {
  const { context, log, limits } = run;
  const state = context.getPromiseState(promise);
  if (state.type === 'pending') {
    return fail('script_unsettled', 'the script did not settle: it awaits a promise that nothing can resolve', log);
  }
  if (state.type === 'rejected') return state.error.consume((error) => thrown(run, describe, error));
  const text = context.callFunction(finish, context.undefined, state.value);
  if (!state.notAPromise) state.value.dispose();
  if (text.error) return text.error.consume((error) => thrown(run, describe, error));
  const over = timedOut(run);
  const result = text.value.consume((handle) => readResult(context, handle, limits.outputBytes));
  if (over) return over;
  if (result === null) return fail('script_output', `the result is larger than ${limits.outputBytes} bytes`, log);
  return { ok: true, result, log: log.text() };
}

function readResult(context: QuickJSContext, handle: QuickJSHandle, outputBytes: number): string | null {
  const length = context.getProp(handle, 'length').consume((size) => context.getNumber(size));
  if (length > outputBytes) return null;
  const text = context.getString(handle);
  return Buffer.byteLength(text) > outputBytes ? null : text;
}

function thrown(run: Run, describe: QuickJSHandle, error: QuickJSHandle): ScriptOutcome {
  const over = timedOut(run);
  if (over) return over;
  const { context, runtime, limits, log } = run;
  // A full heap would have no room to tell what filled it.
  runtime.setMemoryLimit(limits.memoryBytes + 1024 * 1024);
  const told = context.callFunction(describe, context.undefined, error);
  if (told.error) {
    told.error.dispose();
    return timedOut(run) ?? fail('script_error', 'the script threw a value that cannot be described', log);
  }
  const [name, message, stack] = JSON.parse(told.value.consume((text) => context.getString(text))) as [string, string, string];
  if (name === 'InternalError' && message === 'out of memory') {
    return fail('script_memory', `the script needed more than ${limits.memoryBytes} bytes of memory`, log);
  }
  if (name === 'InternalError' && message === 'stack overflow') {
    return fail('script_memory', 'the script exceeded the call stack: its recursion is too deep', log);
  }
  return fail('script_error', errorMessage(name, message, stack), log);
}

/** The message of an `Error` is the author's own words; the engine's errors also need their kind and the line. */
function errorMessage(name: string, message: string, stack: string): string {
  if (name === '' || name === 'Error') return message;
  const line = new RegExp(`${USER_FILE}:(\\d+)`).exec(stack)?.[1];
  return `${name}: ${message}${line === undefined ? '' : ` (line ${line})`}`;
}

function timedOut({ deadline, log }: Run): ScriptFailure | null {
  const reason = deadline.reason();
  return reason === null ? null : fail('script_timeout', reason, log);
}

/** An error of the interpreter, not of the script: V8 met its own stack limit below the guest's, or WASM trapped. */
function interpreterFault(error: unknown, deadline: ScriptDeadline, log: ScriptLog): ScriptFailure {
  const reason = deadline.reason();
  if (reason !== null) return fail('script_timeout', reason, log);
  if (error instanceof RangeError) return fail('script_memory', 'the script exceeded the call stack: its nesting is too deep', log);
  return fail('script_memory', 'the script exhausted the interpreter', log);
}

function fail(code: ScriptFailure['code'], message: string, log: ScriptLog): ScriptFailure {
  return { ok: false, code, message, log: log.text() };
}
