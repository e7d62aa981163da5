/** Scripts that would prove an escape if they gave anything but what stands beside them: name, content, expected result. */
export const SANDBOX_ESCAPES: readonly [name: string, content: string, expected: unknown][] = [
  ...(
    [
      ['Function', "constructor.constructor('return process')()"],
      ['the Function of a function', "(() => {}).constructor('return process')()"],
      ['the Function of the context', "context.constructor.constructor('return process')()"],
      ['the Function of an argument', "given.constructor.constructor('return process')()"],
      ['the Function of console', "console.log.constructor('return process')()"],
      ['the Function of require', "require.constructor('return process')()"],
      ['the Function of crypto', "require('crypto').createHash.constructor('return process')()"],
      [
        'the Function of a digest',
        "require('crypto').createHash('md5').digest().constructor.constructor('return process')()",
      ],
      ['the Function of a Buffer', "Buffer.from('a').constructor.constructor('return process')()"],
      ['the Function of a class of the prelude', "new TextEncoder().constructor.constructor('return process')()"],
      ['AsyncFunction', "await (async () => {}).constructor('return process')()"],
      ['GeneratorFunction', "(function* () {}).constructor('return process')().next().value"],
      ['AsyncGeneratorFunction', "(await (async function* () {}).constructor('return process')().next()).value"],
      ['indirect eval', "(0, eval)('process')"],
      ['direct eval', "eval('process')"],
      ['Reflect.construct', "Reflect.construct(Function, ['return process'])()"],
      ['this of a sloppy function', '(function () { return this.process.env })()'],
      ['the caller', '(function f() { return f.caller.caller.arguments[0].process.env })()'],
      ['arguments.callee', '(function () { return arguments.callee.caller.constructor("return process")() })()'],
      [
        'a species constructor',
        "(() => { const p = Promise.resolve(); p.constructor = { [Symbol.species]: Function }; return p.then.constructor('return process')() })()",
      ],
      [
        'the error of a host function',
        "(() => { try { require('crypto').randomBytes(-1) } catch (e) { return e.constructor.constructor('return process')() } })()",
      ],
      [
        'the error of require',
        "(() => { try { require('fs') } catch (e) { return e.constructor.constructor('return process')() } })()",
      ],
      [
        'the error of a stack overflow',
        "(() => { try { (function f() { f() })() } catch (e) { return e.constructor.constructor('return process')() } })()",
      ],
      ['a tagged template', "((s) => s.constructor.constructor('return process')())``"],
      [
        'a getter of a prototype',
        "Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').get.constructor('return process')()",
      ],
      ['a bound function', "Function.prototype.bind.constructor('return process')()"],
      ['a Proxy over the globals', 'new Proxy(globalThis, { has: () => true }).process.env'],
      ['with', "Function('with (new Proxy({}, { has: () => false })) return process')()"],
    ] as const
  ).map(([name, expression]): [string, string, unknown] => [
    `${name} does not give the process`,
    `try { const got = ${wrapped(expression)}; return [typeof got, String(got)] } catch (e) { return e.name }`,
    expect('ReferenceError', 'TypeError'),
  ]),
  [
    'nothing of the host is among the globals',
    `return (\`process global module exports __filename __dirname Deno Bun fetch XMLHttpRequest WebSocket EventSource Worker
      MessageChannel BroadcastChannel importScripts WebAssembly SharedWorker navigator localStorage performance
      setTimeout setInterval setImmediate clearTimeout queueMicrotask structuredClone gc print std os scriptArgs load
      host parentPort workerData\`).split(/\\s+/).filter((name) => name in globalThis)`,
    [],
  ],
  [
    'the globals are those of the language, of the prelude and of the call',
    `const language = /^(Object|Function|Array|Number|Boolean|String|Symbol|BigInt|Math|JSON|Reflect|Proxy|Promise|Date|RegExp|Map|Set|Iterator|Atomics|DataView|ArrayBuffer|SharedArrayBuffer|WeakMap|WeakSet|WeakRef|FinalizationRegistry|globalThis|NaN|Infinity|undefined|eval|isNaN|isFinite|parse(Int|Float)|(en|de)codeURI(Component)?|(un)?escape|.*Error|.*Array|DOMException)$/;
      return Object.getOwnPropertyNames(globalThis).filter((name) => !language.test(name)).sort()`,
    ['Buffer', 'TextDecoder', 'TextEncoder', 'atob', 'btoa', 'console', 'context', 'given', 'require'],
  ],
  [
    'require gives crypto and buffer only',
    `const names = ['fs', 'node:fs', 'fs/promises', 'child_process', 'node:child_process', 'net', 'http', 'vm', 'node:vm',
      'worker_threads', 'process', 'node:process', 'module', 'os', 'path', './x', '../../etc/passwd', '/etc/passwd',
      'crypto/../fs', 'node:crypto/fs', 'CRYPTO', 'crypto ', 'crypto\\0', 'node:node:crypto', 'file:///etc/passwd',
      'data:text/javascript,1', '__proto__', 'constructor', '', undefined, null, {}, ['crypto'],
      { toString: () => 'crypto' }];
      return names.filter((name) => { try { require(name); return true } catch { return false } }).map(String)`,
    [],
  ],
  [
    'require has no way to more',
    `return [require('crypto') === require('node:crypto'), Object.keys(require), typeof require.resolve, typeof require.main,
      typeof require.cache, Object.keys(require('crypto')).sort()]`,
    [
      true,
      [],
      'undefined',
      'undefined',
      'undefined',
      ['createHash', 'createHmac', 'randomBytes', 'randomUUID', 'timingSafeEqual'],
    ],
  ],
  [
    'nothing can be imported',
    `const got = [];
      for (const name of ['fs', 'node:fs', 'crypto', './script-thread.js', 'file:///etc/passwd', 'data:text/javascript,export default 1'])
        try { await import(name); got.push(name) } catch {}
      try { await (0, eval)("import('fs')"); got.push('eval') } catch {}
      try { await new Function("return import('fs')")(); got.push('Function') } catch {}
      return got`,
    [],
  ],
  [
    'stacks show frames of the script and the prelude only',
    `const stacks = [new Error('a').stack];
      try { require('crypto').randomBytes(-1) } catch (e) { stacks.push(e.stack) }
      try { null.x } catch (e) { stacks.push(e.stack) }
      try { atob('%') } catch (e) { stacks.push(e.stack) }
      return stacks.filter((stack) => /node:|file:|\\/|\\\\|\\.ts|worker|quickjs/.test(String(stack)))`,
    [],
  ],
  [
    'Error.prepareStackTrace hands out no call sites',
    `let seen = 'nothing';
      Error.prepareStackTrace = (error, sites) => { try { seen = typeof sites[0].getThis() } catch (e) { seen = e.name } return 'mine' };
      try { null.x } catch (e) { String(e.stack) }
      try { require('crypto').randomBytes(-1) } catch (e) { String(e.stack) }
      return seen === 'object' || seen === 'function' ? seen : 'harmless'`,
    'harmless',
  ],
  [
    'WebAssembly and shared memory waits do not exist or do not wait',
    `const out = [typeof WebAssembly];
      try { Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 60_000); out.push('waited') } catch (e) { out.push('refused') }
      return out`,
    ['undefined', 'refused'],
  ],
  [
    'a host function called with odd values gives an error, not a value of the host',
    `const c = require('crypto'), got = [];
      const odd = [undefined, null, {}, [], Symbol('s'), () => 1, 1n, NaN, -1, 1e30, new Proxy({}, {}), { valueOf: () => 5 }];
      for (const value of odd) for (const call of [
        () => c.createHash(value), () => c.createHash('sha256').update(value), () => c.createHash('sha256').update('x').digest(value),
        () => c.createHmac('sha256', value), () => c.timingSafeEqual(value, value), () => c.randomBytes(value),
        () => Buffer.from(value), () => Buffer.from('x', value), () => Buffer.alloc(value), () => atob(value), () => btoa(value),
      ]) try { const gave = call(); if (gave?.constructor?.constructor !== Function && gave !== null && typeof gave === 'object') got.push(typeof gave) } catch {}
      return got`,
    [],
  ],
  [
    'crypto has no key derivation, no ciphers, no files',
    `const c = require('crypto');
      return ['pbkdf2', 'pbkdf2Sync', 'scryptSync', 'createCipheriv', 'createSign', 'generateKeyPairSync', 'webcrypto', 'subtle', 'setEngine']
        .filter((name) => name in c)`,
    [],
  ],
];

/** Any of these: the ways in which the language says no. */
function expect(...names: string[]): unknown {
  return { oneOf: names };
}

function wrapped(expression: string): string {
  if (!expression.includes(';') && !expression.startsWith('class ')) return expression;
  return `eval(${JSON.stringify(expression)})`;
}
