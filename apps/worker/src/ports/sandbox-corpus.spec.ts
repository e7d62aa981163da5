import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createScriptRunner } from './script-runner.js';
import { SANDBOX_ESCAPES } from './testing/sandbox-escapes.js';

const MB = 1024 * 1024;
let runner: ReturnType<typeof createScriptRunner>;

beforeAll(() => {
  runner = createScriptRunner({
    poolSize: 1,
    limits: { memoryBytes: 16 * MB, wallMs: 2_000, outputBytes: 10_000, logBytes: 1_000 },
  });
});
afterAll(() => runner.close());

function run(content: string, timeoutMs = 2_000) {
  const globals = { context: { data: { a: 1 } }, given: { b: 2 } };
  return runner.run({ content, globals, timeoutMs, signal: new AbortController().signal });
}

/** Whatever the case left behind, the pool serves the next script, and nothing of the case is there any more. */
afterEach(async () => {
  const probe = `const names = ['a', 'b', 'toJSON', 'polluted', 'leak'];
    return [names.filter((name) => name in Object.prototype || name in globalThis), Object.keys(context), given.b,
      JSON.stringify({ x: [1] }), [3, 1, 2].toSorted().join(), typeof Error.prepareStackTrace]`;
  expect(await run(probe)).toEqual({
    ok: true,
    result: [[], ['data'], 2, '{"x":[1]}', '1,2,3', 'undefined'],
    log: '',
  });
  const host = {} as Record<string, unknown>;
  expect([host.polluted, host.leak, Object.keys(Object.prototype)]).toEqual([undefined, undefined, []]);
});

describe('a script cannot leave its isolate', () => {
  it.each(SANDBOX_ESCAPES)('T50: %s', async (_name, content, expected) => {
    const outcome = await run(content);
    expect(outcome).toMatchObject({ ok: true });
    const result = (outcome as { result: unknown }).result;
    if (isOneOf(expected)) expect(expected.oneOf).toContain(result);
    else expect(result).toEqual(expected);
  });
});

function isOneOf(expected: unknown): expected is { oneOf: unknown[] } {
  return typeof expected === 'object' && expected !== null && 'oneOf' in expected;
}
