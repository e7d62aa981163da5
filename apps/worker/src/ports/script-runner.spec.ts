import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '#shared';
import { createScriptRunner } from './script-runner.js';

let runner: ReturnType<typeof createScriptRunner>;
beforeAll(() => {
  runner = createScriptRunner({ limits: { logBytes: 100 } });
});
afterAll(() => runner.close());

function run(content: string, globals: Record<string, Json> = { context: {} }) {
  return runner.run({ content, globals, timeoutMs: 5_000, signal: new AbortController().signal });
}
async function resultOf(content: string, globals?: Record<string, Json>): Promise<Json> {
  const outcome = await run(content, globals);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.result;
}

describe('a script result', () => {
  it('is what the body returns, with the globals in sight', async () => {
    expect(await resultOf('return context.data.a + n', { context: { data: { a: 1 } }, n: 2 })).toBe(3);
  });

  it('is any JSON value, unchanged by the way in and out', async () => {
    const values = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await resultOf('return value', { context: {}, value })).toEqual(value);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps NUL, lone surrogates and line separators in text', async () => {
    const text = 'a\0b\ud800c\u2028d';
    expect(await resultOf('return text + String.fromCharCode(0)', { context: {}, text })).toBe(`${text}\0`);
  });

  it.each([
    ['return', null],
    ['return undefined', null],
    ['return [NaN, Infinity, undefined, new Date(0)]', [null, null, null, '1970-01-01T00:00:00.000Z']],
    ['return { a: undefined, b: 1 }', { b: 1 }],
    ['return await Promise.all([1, Promise.resolve(2)])', [1, 2]],
    ['for await (const x of (async function* () { yield 7 })()) return x', 7],
    ['return 1 // trailing comment', 1],
  ])('of %j is %j', async (content, expected) => {
    expect(await resultOf(content)).toEqual(expected);
  });

  it.each([
    ['return 1n', /is a bigint/],
    ['return () => 1', /is a function/],
    ['return { a: [Symbol()] }', /property "0" that is a symbol/],
    ['const a = {}; a.a = a; return a', /circular/],
  ])('of %j is refused', async (content, message) => {
    expect(await run(content)).toMatchObject({
      ok: false,
      code: 'script_error',
      message: expect.stringMatching(message),
    });
  });
});

describe('a script error', () => {
  it('names the line of a syntax error', async () => {
    expect(await run('const a = 1;\nlet b =;')).toMatchObject({
      code: 'script_error',
      message: expect.stringMatching(/^SyntaxError: .*\(line 2\)$/),
    });
  });

  it('names the line of a runtime error', async () => {
    expect(await run('\n\nreturn context.a.b')).toMatchObject({
      message: "TypeError: cannot read property 'b' of undefined (line 3)",
    });
  });

  it.each([
    ["throw new Error('Invalid signature')", 'Invalid signature'],
    ["throw 'text'", 'text'],
    ['throw { a: 1 }', '{"a":1}'],
    ['throw null', 'null'],
    ['await Promise.reject(new Error("later"))', 'later'],
    ["require('fs')", 'module "fs" is not available to scripts: only crypto and buffer are'],
  ])('of %j has the message %j', async (content, message) => {
    expect(await run(content)).toMatchObject({ ok: false, code: 'script_error', message });
  });

  it.each([
    'Array.prototype.toJSON = () => undefined; throw new Error("x")',
    'String = () => ({ toString: 1 }); throw new TypeError("x")',
    'throw new Proxy(new Error("x"), { get() { throw 1 } })',
  ])('survives a script that bends its own description: %s', async (content) => {
    expect(await run(content)).toMatchObject({ code: 'script_error', message: expect.stringContaining('described') });
  });
});

describe('console', () => {
  it('collects all levels in order, also before an error', async () => {
    const outcome = await run(
      'console.log("a", 1, { b: [2] }); console.warn(null, undefined, 3n); console.error(new TypeError("t")); throw 1',
    );
    expect(outcome.log).toBe('a 1 {"b":[2]}\nnull undefined 3n\nTypeError: t');
  });

  it('cuts the log at its limit and says so, without failing the script', async () => {
    const outcome = await run('for (let i = 0; i < 1000; i++) console.info("x".repeat(30)); return 1');
    expect(outcome).toMatchObject({ ok: true, result: 1 });
    expect(outcome.log).toMatch(/\[log cut at 100 bytes\]$/);
    expect(outcome.log.length).toBeLessThan(140);
  });
});

describe('runs', () => {
  it('share no state', async () => {
    await run(
      'globalThis.leak = 1; Object.prototype.leak = 2; JSON.parse = null; Array.prototype.map = null; leak = 3',
    );
    await run(
      'globalThis.leak = 1; Object.prototype.leak = 2; JSON.parse = null; Array.prototype.map = null; leak = 3',
    );
    const probe = 'return [typeof leak, typeof {}.leak, typeof JSON.parse, typeof [].map, Object.keys(globalThis)]';
    for (let i = 0; i < 4; i += 1) {
      expect(await resultOf(probe)).toEqual(['undefined', 'undefined', 'function', 'function', []]);
    }
  });

  it('do not repeat each other in random numbers', async () => {
    const content = 'return [Math.random(), Math.random()]';
    const drawn = (await Promise.all(Array.from({ length: 20 }, () => resultOf(content)))).flat() as number[];
    expect(new Set(drawn).size).toBe(40);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('give each of 200 concurrent callers its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => resultOf('return context.n * 2', { context: { n } })),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => n * 2));
  });
});
