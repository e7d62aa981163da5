import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ScriptResult } from '#engine';
import { createScriptRunner } from './script-runner.js';

const MB = 1024 * 1024;
// Filling the memory takes its time on a busy machine.
jest.setTimeout(60_000);
let runner: ReturnType<typeof createScriptRunner>;

beforeAll(() => {
  runner = createScriptRunner({
    poolSize: 1,
    limits: { memoryBytes: 16 * MB, wallMs: 20_000, outputBytes: 10_000, logBytes: 1_000 },
  });
});
afterAll(() => runner.close());

function run(content: string, timeoutMs = 20_000): Promise<ScriptResult> {
  return runner.run({ content, globals: { context: {} }, timeoutMs, signal: new AbortController().signal });
}

type Row = [name: string, content: string];

const MEMORY: Row[] = [
  ['an array of arrays', 'const a = []; for (;;) a.push(new Array(1000).fill(1))'],
  ['an array of objects', 'const a = []; for (;;) a.push({ a: 1, b: [2] })'],
  ['an array doubled by concat', 'let a = [1]; for (;;) a = a.concat(a)'],
  ['an array spread into itself', 'let a = [1, 2]; for (;;) a = [...a, ...a]'],
  ['an array flattened', 'let a = [1]; for (;;) a = [a, a, a, a].flat(Infinity)'],
  ['an array filled in its full length', 'return new Array(2 ** 27).fill(1).length'],
  ['an array from a length', 'return Array.from({ length: 1e9 }, () => 1)'],
  ['a string doubled', "let s = 'x'; for (;;) s += s"],
  ['a string repeated', "return 'x'.repeat(2 ** 29).length"],
  ['a string padded', "return 'x'.padEnd(2 ** 29).length"],
  ['a string split', "return 'x'.repeat(2 ** 26).split('').length"],
  ['a string replaced', "let s = 'x'.repeat(1e4); for (;;) s = s.replaceAll('x', 'xxxx')"],
  ['a string replaced by itself', "let s = 'x'; for (;;) s = s.replace(/x/g, '$&$&')"],
  ['a template that grows', 'let s = "x"; for (;;) s = `${s}${s}`'],
  ['a Map', 'const m = new Map(); for (let i = 0; ; i += 1) m.set(i, {})'],
  ['a Set', 'const s = new Set(); for (let i = 0; ; i += 1) s.add("k" + i)'],
  ['a WeakMap', 'const m = new WeakMap(), k = []; for (;;) { const o = {}; k.push(o); m.set(o, o) }'],
  ['object keys', 'const o = {}; for (let i = 0; ; i += 1) o["key" + i] = i'],
  ['symbol keys', 'const o = {}; for (;;) o[Symbol()] = 1'],
  ['atoms', 'for (let i = 0; ; i += 1) globalThis["name" + i] = Symbol.for("atom" + i)'],
  ['a typed array', 'return new Uint8Array(1e9).length'],
  ['many typed arrays', 'const a = []; for (;;) a.push(new Uint8Array(1e5))'],
  [
    'an ArrayBuffer that grows',
    'const b = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); b.resize(2 ** 30); return 1',
  ],
  ['a SharedArrayBuffer', 'const a = []; for (;;) a.push(new SharedArrayBuffer(1e6))'],
  ['a Buffer', 'return Buffer.alloc(1e9).length'],
  ['Buffers joined', 'let b = Buffer.alloc(1024); for (;;) b = Buffer.concat([b, b])'],
  ['a Buffer with a length that lies', 'return Buffer.concat([{ length: 2 ** 30 }]).length'],
  ['JSON of a string that escapes', 'return JSON.stringify("\\u0000".repeat(5e6)).length'],
  [
    'JSON indented',
    'let a = []; for (let i = 0; i < 900; i += 1) a = [a, a.length]; return JSON.stringify(a, null, 10).repeat(1e3).length',
  ],
  [
    'JSON of a shared part',
    'let a = ["xxxxxxxxxxxx"]; for (let i = 0; i < 40; i += 1) a = [a, a]; return JSON.stringify(a).length',
  ],
  ['JSON parsed', "return JSON.parse('[' + '0,'.repeat(5e6) + '0]').length"],
  ['closures', 'let f = () => 1; for (;;) { const g = f; f = () => g }'],
  ['generators', 'const g = []; for (;;) { const i = (function* () { yield 1 })(); i.next(); g.push(i) }'],
  ['promises', 'const p = []; for (;;) p.push(new Promise(() => {}))'],
  ['a chain of promises', 'let p = Promise.resolve(); for (;;) p = p.then(() => 1)'],
  ['a result as bomb', 'return { toJSON() { const a = []; for (;;) a.push("x".repeat(1000)) } }'],
  ['source that grows', 'let s = "1"; for (;;) { s += "+" + s; eval(s) }'],
  ['functions made of text', 'const f = []; for (let i = 0; ; i += 1) f.push(new Function("return " + i))'],
  ['a text of base64', "return btoa('x'.repeat(12e6)).length"],
];

/** What the interpreter refuses at once, as an error of the language. */
const REFUSED: [...Row, message: string][] = [
  ['a large typed array of doubles', 'return new Float64Array(2 ** 28).length', 'invalid array buffer length'],
  ['a BigInt shifted', 'return (1n << (1n << 40n)).toString().length', 'too large'],
  ['a BigInt squared', 'let n = 3n; for (;;) n *= n', 'too large'],
  ['a BigInt power', 'return (10n ** 100_000_000n) % 7n === 0n', 'too large'],
  [
    'an error as bomb',
    'throw { toString() { let s = "x"; for (;;) s += s }, toJSON() { let s = "x"; for (;;) s += s } }',
    'unprintable',
  ],
  [
    'a regular expression with many groups',
    'return new RegExp("(".repeat(5e5) + "a" + ")".repeat(5e5)).test("a")',
    'too many captures',
  ],
];

const DEPTH: Row[] = [
  ['recursion', 'function f(n) { return f(n + 1) + 1 } return f(0)'],
  ['recursion by a getter', 'const o = { get a() { return this.a } }; return o.a'],
  ['recursion by toString', 'const o = { toString() { return `${this}` } }; return `${o}`'],
  ['recursion by toJSON', 'const o = { toJSON: () => JSON.stringify(o) }; return o'],
  ['recursion by a Proxy', 'const p = new Proxy({}, { get: (t, k, r) => r[k] }); return p.x'],
  ['recursion by sort', 'const f = () => [2, 1].sort(f); return f()'],
  ['recursion by replace', "const f = () => 'a'.replace('a', f); return f()"],
  ['recursion by bind', 'let f = () => 1; for (let i = 0; i < 1e5; i += 1) f = f.bind(null); return f()'],
  ['recursion by await', 'const f = async () => await f(); return await f()'],
  ['recursion by eval', 'const f = "eval(f)"; globalThis.f = f; return eval(f)'],
  ['nested JSON text', "return JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))"],
  ['nested objects', 'let o = {}; for (let i = 0; i < 1e5; i += 1) o = { o }; return o'],
  ['nested source', 'return eval("(".repeat(1e5) + "1" + ")".repeat(1e5))'],
  ['a nested pattern', 'return new RegExp("(?:".repeat(1e5) + "a" + ")".repeat(1e5)).test("a")'],
];

const TIME: Row[] = [
  ['a loop', 'for (;;) {}'],
  ['a loop in a finally', 'try { for (;;) {} } finally { for (;;) {} }'],
  ['a loop that catches its end', 'for (;;) try { for (;;) {} } catch { continue }'],
  ['an async loop', 'for (;;) await null'],
  ['microtasks', 'const f = () => { Promise.resolve().then(f) }; f(); await new Promise(() => {})'],
  ['microtasks that catch', 'const f = async () => { for (;;) try { await null; for (;;) {} } catch {} }; await f()'],
  ['a thenable without end', 'const t = { then: (done) => done(t) }; return await t'],
  ['an iterator without end', 'for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) }) {}'],
  ['a spread of it', 'return Math.max(...{ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) })'],
  ['a pattern of nested repetitions', "return /(a+)+$/.test('a'.repeat(5000) + 'b')"],
  ['a pattern of alternatives', "return /^(a|a?)+$/.test('a'.repeat(5000) + 'b')"],
  ['a pattern of back references', "return /^(.*?)*\\\\1$/.test('a'.repeat(2000) + 'b')"],
  ['a pattern looked for everywhere', "return 'a'.repeat(1e5).match(/(a*)*b/g)"],
  ['a sort that never agrees', 'const a = Array(3e5).fill(0); for (;;) a.sort(() => Math.random() - 0.5)'],
  ['a loop in a getter of the result', 'return { get a() { for (;;); } }'],
  ['a loop in a Proxy of the result', 'return new Proxy({}, { ownKeys() { for (;;); } })'],
  ['a loop in the description of the error', 'throw { toJSON() { for (;;); }, toString() { for (;;); } }'],
  ['a loop in toString of a log', 'console.log({ toJSON() { for (;;); } })'],
  ['host calls without end', "for (;;) require('crypto').randomBytes(65536)"],
  [
    'hashes without end',
    "const b = Buffer.alloc(1e6); for (;;) require('crypto').createHash('sha512').update(b).digest()",
  ],
  ['strings joined', "return new Array(1e8).join('xx').length"],
  [
    'microtasks that breed',
    'const f = () => { Promise.resolve().then(f); Promise.resolve().then(f) }; f(); await new Promise(() => {})',
  ],
  ['a log', 'for (;;) console.log("x".repeat(1e6))'],
  ['a clock watched', 'while (Date.now() > 0);'],
];

describe('a bomb is contained', () => {
  const next = async (): Promise<void> => {
    expect(await run("return [typeof a, require('crypto').randomUUID().length]")).toEqual({
      ok: true,
      result: ['undefined', 36],
      log: '',
    });
  };

  it.each(MEMORY)('T50: memory: %s', async (_name, content) => {
    const outcome = await run(content);
    expect(outcome.ok ? outcome.result : outcome.code).toBe('script_memory');
    await next();
  });

  it.each(DEPTH)('T50: depth: %s', async (_name, content) => {
    const outcome = await run(content);
    expect(outcome.ok ? outcome.result : outcome.code).toBe('script_memory');
    await next();
  });

  it.each(REFUSED)('T50: refused: %s', async (_name, content, message) => {
    expect(await run(content)).toMatchObject({
      ok: false,
      code: 'script_error',
      message: expect.stringContaining(message),
    });
    await next();
  });

  it.each(TIME)('T50: time: %s', async (_name, content) => {
    const startedAt = performance.now();
    const outcome = await run(content, 200);
    expect(outcome.ok ? outcome.result : outcome.code).toBe('script_timeout');
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await next();
  });

  it.each<Row>([
    ['a promise that nobody settles', 'await new Promise(() => {})'],
    ['a race of such', 'await Promise.race([new Promise(() => {}), new Promise(() => {})])'],
    ['a thenable that never calls', 'await { then() {} }'],
    ['a generator that waits', 'await (async function* () { await new Promise(() => {}); yield 1 })().next()'],
    ['a timer that does not exist', 'await new Promise((done) => { try { setTimeout(done, 1) } catch {} })'],
  ])('T50: never settled: %s', async (_name, content) => {
    expect(await run(content)).toMatchObject({ ok: false, code: 'script_unsettled' });
    await next();
  });

  it('T50: leaves the process that runs the pool small', async () => {
    // The bombs above ran in threads of this process: 16 MB of guest each, one thread at a time.
    expect(process.memoryUsage().rss).toBeLessThan(1_200 * MB);
    await next();
  });
});
