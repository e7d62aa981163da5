import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScriptResult } from '#engine';
import type { Json } from '#shared';
import { createScriptRunner } from './script-runner.js';

const MB = 1024 * 1024;
let runner: ReturnType<typeof createScriptRunner>;

beforeAll(() => {
  runner = createScriptRunner({
    poolSize: 1,
    limits: { memoryBytes: 16 * MB, wallMs: 2_000, outputBytes: 10_000, logBytes: 1_000 },
  });
});
afterAll(() => runner.close());

function run(content: string, globals: Record<string, Json> = { context: { data: { a: 1 } } }): Promise<ScriptResult> {
  return runner.run({ content, globals, timeoutMs: 2_000, signal: new AbortController().signal });
}

afterEach(async () => {
  expect(await run("return [typeof {}.polluted, typeof [].map, JSON.stringify({}), 'x'.at(0)]")).toMatchObject({
    result: ['undefined', 'function', '{}', 'x'],
  });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe('what a script returns', () => {
  it.each<[string, string, unknown]>([
    ['a __proto__ key', 'return JSON.parse(\'{"__proto__":{"polluted":1}}\')', '{"__proto__":{"polluted":1}}'],
    [
      'a constructor key',
      'return { constructor: { prototype: { polluted: 1 } } }',
      '{"constructor":{"prototype":{"polluted":1}}}',
    ],
    ['toJSON of its own', 'return { toJSON: () => ({ polluted: 1 }) }', '{"polluted":1}'],
    ['toJSON on Object.prototype', "Object.prototype.toJSON = () => 'bent'; return { a: 1 }", '"bent"'],
    ['a getter', 'return { get a() { return 7 } }', '{"a":7}'],
    ['a Proxy', 'return new Proxy({ a: 1 }, { get: (t, k) => (k === "toJSON" ? undefined : 9) })', '{"a":9}'],
    ['a Proxy of an array', 'return new Proxy([1, 2], {})', '[1,2]'],
    ['a class with private fields', 'return new (class { #x = 1; y = 2 })()', '{"y":2}'],
    ['a thenable, which is awaited', 'return { then: (done) => done(3) }', '3'],
    ['a thenable that calls twice', 'return { then: (done) => { done(1); done(2) } }', '1'],
    ['a Map', 'return new Map([[1, 2]])', '{}'],
    ['a Buffer', "return Buffer.from('a')", '{"type":"Buffer","data":[97]}'],
    ['a boxed number', 'return [new Number(1), new String("s"), new Boolean(false)]', '[1,"s",false]'],
  ])('T50: may be %s, and is plain data outside', async (_name, content, json) => {
    const outcome = await run(content);
    expect(outcome).toMatchObject({ ok: true });
    const result = (outcome as { result: Json }).result;
    expect(JSON.stringify(result)).toBe(json);
    expect(Object.getPrototypeOf(Object(result))).not.toHaveProperty('polluted');
  });

  it.each<[string, string]>([
    ['a symbol', 'return Symbol("s")'],
    ['a function', 'return process => 1'],
    ['a BigInt', 'return 10n ** 1000n'],
    ['a circle', 'const o = {}; o.o = o; return o'],
    ['a getter that throws', 'return { get a() { throw new Error("x") } }'],
    ['a Proxy that throws', 'return new Proxy({}, { ownKeys() { throw new Error("x") } })'],
    ['a revoked Proxy', 'const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy'],
    ['a toJSON that throws', 'return { toJSON() { throw new Error("x") } }'],
    ['a thenable that throws', 'return { then() { throw new Error("x") } }'],
  ])('T50: is an error of the script when it is %s', async (_name, content) => {
    expect(await run(content)).toMatchObject({ ok: false, code: 'script_error' });
  });

  it('T50: is cut off by the output limit before it is copied', async () => {
    for (const content of [
      'return "x".repeat(10_001)',
      'return "ü".repeat(5_001)',
      'return Array.from({ length: 6_000 }, () => 1)',
      'return JSON.parse(\'{"toJSON":1}\') && { toJSON: () => "x".repeat(1e6) }',
    ]) {
      expect(await run(content)).toMatchObject({ ok: false, code: 'script_output' });
    }
  });
});

describe('what a script throws', () => {
  it.each<[string, string]>([
    ['null', 'throw null'],
    ['undefined', 'throw undefined'],
    ['a symbol', 'throw Symbol("s")'],
    ['a BigInt', 'throw 1n'],
    ['a function', 'throw () => 1'],
    ['an object without a prototype', 'throw Object.create(null)'],
    ['a Proxy that throws', 'throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })'],
    ['a revoked Proxy', 'const r = Proxy.revocable({}, {}); r.revoke(); throw r.proxy'],
    [
      'an error with a getter',
      'const e = new Error(); Object.defineProperty(e, "message", { get() { throw e } }); throw e',
    ],
    ['an error with a strange stack', 'const e = new Error("m"); e.stack = { toString() { throw 1 } }; throw e'],
    ['an error with a number as name', 'const e = new Error("m"); e.name = 5; throw e'],
    ['an error that is its own cause', 'const e = new Error("m"); e.cause = e; throw e'],
    ['an AggregateError', 'throw new AggregateError([new Error("a"), null], "all")'],
    ['a rejected promise nobody awaits, then null', 'Promise.reject(1); await null; throw null'],
    ['an InternalError of its own making', 'throw new InternalError("out of memory" + "!")'],
    ['a circular object', 'const o = {}; o.o = o; throw o'],
  ])('T50: may be %s', async (_name, content) => {
    const outcome = await run(content);
    expect(outcome).toMatchObject({ ok: false, code: 'script_error', message: expect.any(String) });
  });

  it('T50: is shortened when it is long', async () => {
    const outcome = await run('throw new Error("x".repeat(1e6))');
    expect(outcome).toMatchObject({ ok: false, code: 'script_error' });
    expect((outcome as { message: string }).message.length).toBeLessThanOrEqual(2_000);
  });
});

describe('what a script does to shared objects', () => {
  it.each<[string, string]>([
    ['Object.prototype', 'Object.prototype.polluted = 1; return {}.polluted'],
    ['the context', 'context.__proto__.polluted = 1; return {}.polluted'],
    ['an assignment of __proto__', "context.data['__proto__']['polluted'] = 1; return {}.polluted"],
    ['a constructor', 'context.constructor.prototype.polluted = 1; return {}.polluted'],
    [
      'a built-in',
      'Array.prototype.map = JSON.stringify = String.prototype.at = null; ({}).__proto__.polluted = 1; return 1',
    ],
    ['crypto', "require('crypto').createHmac = () => ({}); require('crypto').__proto__.polluted = 1; return 1"],
    [
      'a frozen realm',
      'for (const k of Object.getOwnPropertyNames(globalThis)) try { Object.freeze(globalThis[k]) } catch {} return 1',
    ],
    ['the global object', 'Object.preventExtensions(globalThis); return 1'],
  ])('T50: by way of %s ends with the run', async (_name, content) => {
    expect(await run(content)).toMatchObject({ ok: true, result: 1 });
    const sum = "return require('crypto').createHash('sha1').update('').digest('hex').slice(0, 8)";
    expect(await run(sum)).toMatchObject({ ok: true, result: 'da39a3ee' });
  });

  it('T50: arguments with names and values of prototypes are plain data', async () => {
    const given = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as Json;
    const content = 'return [typeof {}.polluted, Object.keys(given), given.polluted === undefined]';
    expect(await run(content, { context: given, given })).toMatchObject({
      result: ['undefined', ['__proto__', 'constructor'], true],
    });
  });

  it('T50: nothing of one execution is there in the next, not even what is still pending', async () => {
    const secret = 'hunter2-hunter2';
    const fill = `const kept = []; for (let i = 0; i < 50; i += 1) kept.push(context.secret.repeat(1000) + i);`;
    const leave = `${fill} globalThis.leak = context.secret; Array.leak = Math.leak = console.leak = context.secret;
      require('crypto').leak = context.secret; Buffer.from('').constructor.leak = context.secret;
      Promise.resolve().then(function again() { globalThis.leak = context.secret; });
      new FinalizationRegistry(() => { globalThis.leak = 1 }).register({}, context.secret);
      return new WeakRef(context) && context.secret.length`;
    const look = `const seen = new Set(), found = [];
      const walk = (value, depth) => {
        if (typeof value === 'string' && value.includes('hunter2')) return found.push(value);
        if (value === null || !['object', 'function'].includes(typeof value) || seen.has(value) || depth > 6) return;
        seen.add(value);
        for (const key of Reflect.ownKeys(value)) try { walk(value[key], depth + 1) } catch {}
        try { walk(Object.getPrototypeOf(value), depth + 1) } catch {}
      };
      walk(globalThis, 0); walk(require('crypto'), 0);
      const dirty = (buffer) => new Uint8Array(buffer).some((byte) => byte !== 0), grown = [];
      for (const size of [64, 4096, 1_000_000]) {
        grown.push(new ArrayBuffer(size), new Uint32Array(size / 4).buffer, Buffer.alloc(size).buffer);
        try { const b = new ArrayBuffer(8, { maxByteLength: size }); b.resize(size); grown.push(b) } catch {}
        try { grown.push(new ArrayBuffer(8).transfer(size)) } catch {}
      }
      return [found, grown.filter(dirty).length, seen.size > 100 && grown.length]`;
    for (let round = 0; round < 3; round += 1) {
      expect(await run(leave, { context: { secret } })).toMatchObject({ ok: true, result: secret.length });
      expect(await run(look)).toMatchObject({ ok: true, result: [[], 0, expect.any(Number)] });
    }
  });
});

describe('what a script logs', () => {
  it.each<[string, string]>([
    ['much', 'for (let i = 0; i < 1e4; i += 1) console.log("x".repeat(100)); return 1'],
    ['one long line', 'console.log("x".repeat(1e6)); return 1'],
    ['long values', 'console.error({ a: "x".repeat(1e6) }); return 1'],
    ['many arguments', 'console.log(...Array(1e4).fill("x")); return 1'],
  ])('T50: is cut at its limit: %s', async (_name, content) => {
    const outcome = await run(content);
    expect(outcome).toMatchObject({ ok: true, result: 1, log: expect.stringContaining('[log cut at 1000 bytes]') });
    expect(Buffer.byteLength(outcome.log)).toBeLessThan(1_100);
  });

  it.each<[string, string]>([
    ['a Proxy', 'console.log(new Proxy({}, { get() { throw 1 } })); return 1'],
    ['a symbol', 'console.log(Symbol("s")); return 1'],
    ['a circle', 'const o = {}; o.o = o; console.log(o); return 1'],
    [
      'an error with a getter',
      'console.log(Object.create(Error.prototype, { name: { get() { return "n" } } })); return 1',
    ],
    ['a NUL and a lone surrogate', 'console.log("a\\0b\\ud800"); return 1'],
    ['nothing', 'console.log(); return 1'],
  ])('T50: may be odd: %s', async (_name, content) => {
    expect(await run(content)).toMatchObject({ ok: true, result: 1 });
  });
});
