import { createRequire } from 'node:module';
import { format } from 'node:util';
import type { Json } from '#shared';
import type { ScriptRequest, ScriptResult, ScriptRunner } from '../contract/ports.js';

const load = createRequire(import.meta.url);
const AsyncFunction = (async () => undefined).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<unknown>;

/**
 * Runs scripts of tests in this very process, without isolation and without limits: only for scripts we wrote. Like the
 * real runner it takes a function body, hands JSON in and out, collects `console.*` and allows `require('crypto')`.
 */
export function fakeScript(): ScriptRunner & { readonly requests: readonly ScriptRequest[] } {
  const requests: ScriptRequest[] = [];
  return {
    requests,
    run: (request) => {
      requests.push(request);
      return evaluate(request);
    },
  };
}

/** A runner that gives this result whatever it is asked to run. */
export function scriptedScript(result: ScriptResult): ScriptRunner {
  return { run: async () => result };
}

async function evaluate(request: ScriptRequest): Promise<ScriptResult> {
  const lines: string[] = [];
  const print = (...values: unknown[]): void => void lines.push(format(...values));
  const globals: Record<string, unknown> = {
    ...(JSON.parse(JSON.stringify(request.globals)) as Record<string, unknown>),
    console: { log: print, info: print, warn: print, error: print, debug: print },
    require: requireCrypto,
  };
  try {
    const run = new AsyncFunction(...Object.keys(globals), request.content);
    const value = await run(...Object.values(globals));
    const result = value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
    return { ok: true, result, log: lines.join('\n') };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: 'script_error', message, log: lines.join('\n') };
  }
}

function requireCrypto(name: string): unknown {
  if (name !== 'crypto' && name !== 'node:crypto') throw new Error(`Cannot find module '${name}'`);
  return load('node:crypto');
}
