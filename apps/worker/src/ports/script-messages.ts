import type { ScriptResult } from '#engine';

/** Limits of one script run. Defaults: `SCRIPT_LIMITS` of the settings (64 MB, 5 s, 10 s, 1 MB). */
export interface ScriptLimits {
  /** Bytes the guest heap may hold. */
  memoryBytes: number;
  /** Milliseconds of processor time. */
  cpuMs: number;
  /** Milliseconds from the start of the run; time spent in the queue does not count. */
  wallMs: number;
  /** UTF-8 bytes of the result's JSON text. */
  outputBytes: number;
  /** UTF-8 bytes of collected console output; what exceeds it is dropped and the log says so. */
  logBytes: number;
}

/** What a script thread is asked to do. Payloads cross as JSON text, so no host object ever reaches a guest. */
export interface ScriptJob {
  id: number;
  content: string;
  /** JSON text of the object whose entries become globals. */
  globals: string;
  limits: ScriptLimits;
}

export type ScriptFailure = Extract<ScriptResult, { ok: false }>;

/** `result` is JSON text. */
export type ScriptOutcome = { ok: true; result: string; log: string } | ScriptFailure;

/** What a script thread answers. */
export interface ScriptReport {
  id: number;
  outcome: ScriptOutcome;
  /** Bytes of WASM memory the thread holds; it never shrinks, so the pool recycles by it. */
  memoryBytes: number;
  /** The isolate met a fault or exhausted its memory: the pool must not give this thread another run. */
  spent: boolean;
}

/** First message of a thread, once it can run scripts. */
export interface ScriptThreadReady {
  ready: true;
}
