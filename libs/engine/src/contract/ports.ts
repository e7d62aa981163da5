import type { Json } from '#shared';
import type { NodeRunRecord } from './node-run.js';

/** The engine's needs. It does no I/O itself: the worker fills these, tests fill them with fakes from `#engine/testing`. */
export interface EnginePorts {
  script: ScriptRunner;
  http: HttpClient;
  journal: Journal;
  now(): Date;
}

export interface ScriptRequest {
  /** A function body: `return` gives the result, top-level `await` is allowed. */
  content: string;
  /** Globals by name; JSON values. `context` is always among them. */
  globals: Record<string, Json>;
  /** Milliseconds of wall time, already capped by SCRIPT_LIMITS. */
  timeoutMs: number;
  signal: AbortSignal;
}

export type ScriptResult =
  | { ok: true; result: Json; log: string }
  | {
      ok: false;
      /** `script_error`: it threw; the others name the limit it met. */
      code: 'script_error' | 'script_timeout' | 'script_memory' | 'script_output' | 'script_unsettled' | 'aborted';
      message: string;
      log: string;
    };

/** Runs user JavaScript in an isolate: fresh runtime a run, no I/O, memory, CPU, wall and output limits. Never throws. */
export interface ScriptRunner {
  run(request: ScriptRequest): Promise<ScriptResult>;
}

export interface HttpRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer | string | null;
  /** Milliseconds for the whole call, redirects included. */
  timeoutMs: number;
  signal: AbortSignal;
}

export type HttpResult =
  | { ok: true; status: number; statusText: string; headers: Record<string, string>; body: Buffer }
  | {
      ok: false;
      /**
       * `invalid_url`: the URL, method or a header cannot be sent. `blocked`: the SSRF guard refused, nothing was sent to
       * that hop. `connect`: no connection was made, nothing was sent to anyone.
       * The others leave it open whether the receiver acted.
       */
      code:
        'invalid_url' | 'blocked' | 'connect' | 'timeout' | 'aborted' | 'too_large' | 'too_many_redirects' | 'protocol';
      message: string;
    };

/** HTTP calls of nodes: SSRF guard, redirect, size and time limits. Any status is `ok`; never throws. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResult>;
}

/**
 * Durable record around effects. `beforeEffect` resolves only once this worker owns the execution and the intent,
 * together with every node run since the last entry, is committed; it rejects with {@link LostClaim} when another
 * worker or an ending owns it, and the loop then stops without a trace.
 */
export interface Journal {
  beforeEffect(intent: NodeRunRecord, completed: readonly NodeRunRecord[]): Promise<void>;
  /**
   * Commits the waiting visit with every node run since the last entry, and lets go of the execution: from then on it
   * belongs to no worker until it is woken. Rejects like `beforeEffect`.
   */
  suspend(waiting: NodeRunRecord, completed: readonly NodeRunRecord[], resumeAt: Date | null): Promise<void>;
}

/** The execution belongs to somebody else now: stop at once, write nothing. */
export class LostClaim extends Error {
  override readonly name = 'LostClaim';
}
