import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten';
import type { CustomizeVariantOptions, QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten';
import { readGuestValue, writeGuestValue } from './script-guest-values.js';
import { HOST_FUNCTIONS } from './script-host-functions.js';
import type { HostValue } from './script-host-functions.js';
import { takeScriptImage } from './script-image.js';
import type { GrowingMemory } from './script-image.js';
import { PRELUDE } from './script-prelude.js';

const PAGE_BYTES = 65_536;
/** The least the WASM binary starts with: its own data and stack lie in it. */
const BASE_BYTES = 16 * 1024 * 1024;
const GUEST_STACK_BYTES = 512 * 1024;

/** What a guest may bring about in the run under way. */
export interface GuestSinks {
  /** One console line as JSON text. */
  log(line: HostValue): undefined;
  /** Asked every few thousand operations; true stops the script. */
  isOver(): boolean;
}

/** QuickJS with the prelude in it, and an image of that state in which no user code has ever run. */
export interface ScriptInterpreter {
  readonly runtime: QuickJSRuntime;
  readonly context: QuickJSContext;
  /** The prelude's functions. */
  readonly start: QuickJSHandle;
  readonly finish: QuickJSHandle;
  readonly describe: QuickJSHandle;
  /** Bytes of WASM memory held. */
  memoryBytes(): number;
  /** True when the guest heap may have been full: the WASM memory is large enough to have held its whole limit. */
  mayHaveBeenFull(): boolean;
  /**
   * Puts the interpreter back to its image for the next run. Every handle made since becomes invalid and must not be
   * disposed afterwards. For the same reason a run must not use what `context` and `runtime` make once and keep
   * (`global`, `computeMemoryUsage`, well-known symbols, BigInts).
   */
  reset(sinks: GuestSinks): void;
}

/**
 * Builds the interpreter of one thread. `memoryBytes` is the guest heap's limit; the WASM memory itself cannot grow
 * beyond that plus half for fragmentation, whatever the guest does.
 */
export async function createScriptInterpreter(memoryBytes: number): Promise<ScriptInterpreter> {
  const memory = newWasmMemory({
    initial: BASE_BYTES / PAGE_BYTES,
    maximum: Math.ceil((BASE_BYTES + memoryBytes * 1.5) / PAGE_BYTES),
  });
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory: memory }));
  let sinks: GuestSinks = { log: () => undefined, isOver: () => false };
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(memoryBytes);
  runtime.setMaxStackSize(GUEST_STACK_BYTES);
  runtime.setInterruptHandler(() => sinks.isOver());
  const context = runtime.newContext();
  const host = context.newFunction('host', (operation, ...args) => {
    const name = context.getString(operation);
    const values = args.map((handle) => readGuestValue(context, handle));
    if (name === 'log') return sinks.log(values[0]);
    const call = Object.hasOwn(HOST_FUNCTIONS, name) ? HOST_FUNCTIONS[name] : undefined;
    if (call === undefined) throw new TypeError('no such operation');
    return writeGuestValue(context, call(...values));
  });
  const prelude = context.unwrapResult(context.evalCode(PRELUDE, 'prelude.js'));
  const made = context.unwrapResult(context.callFunction(prelude, context.undefined, host));
  const [start, finish, describe] = ['start', 'finish', 'describe'].map((name) => context.getProp(made, name));
  const image = takeScriptImage(memory);
  return {
    runtime,
    context,
    start: start!,
    finish: finish!,
    describe: describe!,
    memoryBytes: () => memory.buffer.byteLength,
    mayHaveBeenFull: () => memory.buffer.byteLength >= image.end + memoryBytes - PAGE_BYTES * 16,
    reset(next) {
      sinks = next;
      image.restore();
    },
  };
}

/** The ECMAScript-only type library does not declare WebAssembly; QuickJS' own option has the type. */
type WasmMemory = Extract<NonNullable<CustomizeVariantOptions['wasmMemory']>, { buffer: unknown }> & GrowingMemory;

function newWasmMemory(pages: { initial: number; maximum: number }): WasmMemory {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (descriptor: typeof pages) => WasmMemory };
  };
  return new WebAssembly.Memory(pages);
}
