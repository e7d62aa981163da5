import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createScriptRunner } from './script-runner.js';

const MB = 1024 * 1024;
let runner: ReturnType<typeof createScriptRunner>;
beforeAll(() => {
  runner = createScriptRunner({ poolSize: 1, limits: { memoryBytes: 16 * MB, outputBytes: 1_000, wallMs: 4_000 } });
});
afterAll(() => runner.close());

function run(content: string, timeoutMs = 4_000) {
  return runner.run({ content, globals: { context: {} }, timeoutMs, signal: new AbortController().signal });
}

const BOMBS: [name: string, content: string, codes: string[]][] = [
  ['an array that grows', 'const a = []; for (;;) a.push(new Array(1000).fill(1))', ['script_memory']],
  ['a string that doubles', "let s = 'x'; for (;;) s += s", ['script_memory']],
  ['a map that grows', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)', ['script_memory', 'script_timeout']],
  ['an object that grows', 'const o = {}; for (let i = 0; ; i++) o["k" + i] = i', ['script_memory', 'script_timeout']],
  ['a large typed array', 'new Uint8Array(1e9)', ['script_memory']],
  ['a string split into characters', 'return "x".repeat(2 ** 26).split("")', ['script_memory']],
  ['a fill of 2^27', 'new Array(2 ** 27).fill(1)', ['script_memory', 'script_timeout']],
  ['deep recursion', 'function f(n) { return f(n + 1) + 1 } return f(0)', ['script_memory']],
  ['deep recursion in the JSON parser', "return JSON.parse('['.repeat(1e5))", ['script_memory']],
  ['a deep result', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a', ['script_memory', 'script_timeout']],
  ['a regular expression that backtracks', "return /(a+)+$/.test('a'.repeat(5000) + 'b')", ['script_timeout']],
  ['an endless loop', 'for (;;) {}', ['script_timeout']],
  ['an endless loop that catches', 'for (;;) try { for (;;) {} } catch {} finally { continue }', ['script_timeout']],
  [
    'a microtask loop that grows',
    'const f = () => Promise.resolve().then(f); f(); await new Promise(() => {})',
    ['script_memory', 'script_timeout'],
  ],
  [
    'a microtask loop',
    'const f = () => { Promise.resolve().then(f) }; f(); await new Promise(() => {})',
    ['script_timeout'],
  ],
  [
    'an async loop that catches',
    'const f = async () => { for (;;) {} }; for (;;) try { await f() } catch {}',
    ['script_timeout'],
  ],
  ['an endless getter on the error', 'throw new Proxy(new Error(), { get() { for (;;); } })', ['script_timeout']],
  ['an endless toJSON', 'return { toJSON() { for (;;); } }', ['script_timeout']],
  ['a log bomb', 'for (;;) console.log("x".repeat(1e5))', ['script_timeout', 'script_memory']],
];

describe('limits', () => {
  it.each(BOMBS)('end %s, and the next run works', async (_name, content, codes) => {
    const outcome = await run(content, codes.includes('script_timeout') ? 300 : 4_000);
    expect(outcome.ok ? 'ok' : outcome.code).toEqual(expect.stringMatching(new RegExp(`^(${codes.join('|')})$`)));
    expect(await run('return typeof a')).toEqual({ ok: true, result: 'undefined', log: '' });
  });

  it('let a script go on that catches its lack of memory', async () => {
    const outcome = await run(
      'const a = []; try { for (;;) a.push(new Array(1e4).fill(0)) } catch (e) { return e.message }',
    );
    expect(outcome).toMatchObject({ ok: true, result: 'out of memory' });
  });

  it('refuse a result above the output limit, counted in UTF-8 bytes', async () => {
    expect(await run('return "x".repeat(998)')).toMatchObject({ ok: true });
    expect(await run('return "x".repeat(999)')).toMatchObject({ code: 'script_output' });
    expect(await run('return "ü".repeat(600)')).toMatchObject({ code: 'script_output' });
  });

  it('tell a script that cannot settle from one that runs', async () => {
    expect(await run('await new Promise(() => {})')).toMatchObject({ code: 'script_unsettled' });
  });

  it('refuse an input that cannot fit', async () => {
    expect(await run(`return ${JSON.stringify('x'.repeat(5 * MB))}`)).toMatchObject({ code: 'script_memory' });
  });

  it('honour a shorter timeout of the caller', async () => {
    expect(await run('for (;;) {}', 50)).toMatchObject({
      code: 'script_timeout',
      message: 'the script ran longer than 50 ms',
    });
  });

  it('count processor time', async () => {
    const busy = createScriptRunner({ poolSize: 1, limits: { cpuMs: 60 } });
    const signal = new AbortController().signal;
    const outcome = await busy.run({ content: 'for (;;) {}', globals: {}, timeoutMs: 5_000, signal });
    await busy.close();
    expect(outcome).toMatchObject({ code: 'script_timeout', message: expect.stringContaining('processor time') });
  });
});

/** Corpus of escapes that worked in other sandboxes; each would yield something other than the expected value here. */
const ESCAPES: [content: string, expected: unknown][] = [
  ['return [typeof process, typeof module, typeof exports, typeof global, typeof Deno]', Array(5).fill('undefined')],
  [
    'return [typeof fetch, typeof XMLHttpRequest, typeof WebSocket, typeof Worker, typeof WebAssembly]',
    Array(5).fill('undefined'),
  ],
  [
    'return [typeof setTimeout, typeof setInterval, typeof setImmediate, typeof queueMicrotask]',
    Array(4).fill('undefined'),
  ],
  ["return globalThis.constructor.constructor('return typeof process')()", 'undefined'],
  ["return require.constructor('return typeof process')()", 'undefined'],
  ["return console.log.constructor('return typeof process')()", 'undefined'],
  ["return context.constructor.constructor('return typeof process')()", 'undefined'],
  ["return require('crypto').randomUUID.constructor('return typeof process')()", 'undefined'],
  ["return (0, eval)('typeof process')", 'undefined'],
  ["return (async function* () {}).constructor('yield typeof process')().next().then((r) => r.value)", 'undefined'],
  ["return Promise.resolve().then.constructor('return typeof process')()", 'undefined'],
  ["try { require('fs') } catch (e) { return e.constructor.constructor('return typeof process')() }", 'undefined'],
  ["Error.prepareStackTrace = (e, frames) => frames; return typeof new Error('x').stack", 'string'],
  [
    "try { require('crypto').randomBytes(-1) } catch (e) { return /node:|file:|\\.ts|\\.js:\\d+.*host/.test(e.stack) }",
    false,
  ],
  [
    "for (const m of ['fs', 'child_process', 'net', 'node:vm', 'worker_threads', './x', 'crypto/../fs']) try { require(m); return m } catch {}",
    null,
  ],
  ["try { await import('fs') } catch (e) { return 'refused' }", 'refused'],
  ["class X extends Promise {}; return typeof X.constructor.constructor('return this')().process", 'undefined'],
];

describe('a script cannot reach the host', () => {
  it('by lying about the size of what it passes', async () => {
    const content = `const big = new ArrayBuffer(14e6); Object.defineProperty(big, 'byteLength', { value: 1 });
      Uint8Array.prototype.slice = () => ({ buffer: big });
      return require('crypto').createHash('sha1').update(new Uint8Array(1)).digest('hex')`;
    const outcome = await run(content);
    expect(outcome.ok ? 'ok' : outcome.code).toMatch(/^(ok|script_error|script_memory)$/);
    expect(await run("return require('crypto').createHash('sha1').update('').digest('hex')")).toMatchObject({
      result: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    });
  });

  it('by passing what is no plain value', async () => {
    const content = `Uint8Array.prototype.slice = () => ({ buffer: { get byteLength() { return 4 } } });
      return require('crypto').createHash('sha1').update(new Uint8Array(1)).digest('hex')`;
    expect(await run(content)).toMatchObject({ ok: false, code: 'script_error' });
  });

  it.each(ESCAPES)('%s', async (content, expected) => {
    const { result } = (await run(content)) as { result?: unknown };
    expect(result).toEqual(expected);
  });
});
