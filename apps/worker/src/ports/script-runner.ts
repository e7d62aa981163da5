import type { ScriptRequest, ScriptResult, ScriptRunner } from '#engine';
import type { Json } from '#shared';
import type { ScriptLimits, ScriptOutcome } from './script-messages.js';
import { createScriptPool } from './script-pool.js';
import { locateSource } from './source-location.js';

const MB = 1024 * 1024;

/** Defaults of `SCRIPT_LIMITS`: 64 MB, 5 s of processor time, 10 s of wall time, 1 MB of result; 64 KB of console output. */
export const SCRIPT_LIMITS: Readonly<ScriptLimits> = {
  memoryBytes: 64 * MB,
  cpuMs: 5_000,
  wallMs: 10_000,
  outputBytes: MB,
  logBytes: 64 * 1024,
};

export interface ScriptRunnerOptions {
  limits?: Partial<ScriptLimits>;
  /** Threads, hence scripts at once. Default 2. */
  poolSize?: number;
  /** Runs after which a thread is replaced. Default 10,000. */
  recycleAfterRuns?: number;
  /** WASM memory in bytes above which a thread is replaced. Default: the memory limit. */
  recycleAboveBytes?: number;
}

/**
 * Runs user JavaScript in QuickJS, in worker threads that are warm before the first call. Each run has a runtime and
 * context of its own and can reach its globals, `console`, `require('crypto')`, `Buffer`, `TextEncoder`, `TextDecoder`,
 * `atob` and `btoa`; no process, network, file, timer or other module exists there.
 *
 * Wall time starts when a thread takes the run, not while it waits for one. `run` never rejects.
 */
export function createScriptRunner(options: ScriptRunnerOptions = {}): ScriptRunner & { close(): Promise<void> } {
  const limits = { ...SCRIPT_LIMITS, ...options.limits };
  const pool = createScriptPool({
    size: options.poolSize ?? 2,
    memoryBytes: limits.memoryBytes,
    recycleAfterRuns: options.recycleAfterRuns ?? 10_000,
    recycleAboveBytes: options.recycleAboveBytes ?? limits.memoryBytes,
    location: locateSource(import.meta.url, 'script-thread'),
  });
  let lastId = 0;
  return {
    async run({ content, globals, timeoutMs, signal }: ScriptRequest): Promise<ScriptResult> {
      lastId += 1;
      const wallMs = timeoutMs > 0 ? Math.min(timeoutMs, limits.wallMs) : limits.wallMs;
      const job = { id: lastId, content, globals: JSON.stringify(globals), limits: { ...limits, wallMs } };
      return toResult(await pool.run(job, signal));
    },
    close: () => pool.close(),
  };
}

function toResult(outcome: ScriptOutcome): ScriptResult {
  if (!outcome.ok) return outcome;
  try {
    return { ok: true, result: JSON.parse(outcome.result) as Json, log: outcome.log };
  } catch {
    return { ok: false, code: 'script_error', message: 'the result is not JSON', log: outcome.log };
  }
}
