/**
 * Guest source that runs once in a thread, before the isolate's image is taken: each run starts with all of it already
 * there. It reaches the host by one function, `host(operation, ...plainValues)`; text crosses as JSON text, since a raw
 * string would end at its first NUL. It keeps the built-ins it needs, so that a script that replaces them harms itself only.
 */
export const PRELUDE = `(function (host) {
const { parse, stringify } = JSON, { defineProperty, keys } = Object, isError = (e) => e instanceof Error;
const own = (name, value) => defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
const bytesOf = (value, encoding = 'utf8') => {
  if (typeof value === 'string') return new Uint8Array(host('encode', stringify(value), String(encoding)));
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  throw new TypeError('expected a string, a Buffer, a typed array or an ArrayBuffer');
};
const textOf = (value, encoding) => parse(host('decode', bytesOf(value).buffer, encoding));
class Buffer extends Uint8Array {
  static from(value, encoding) {
    if (value?.type === 'Buffer' && Array.isArray(value.data)) value = value.data;
    return new Buffer(Array.isArray(value) ? new Uint8Array(value).buffer : bytesOf(value, encoding).buffer);
  }
  static alloc(size, fill = 0) { return new Buffer(size).fill(fill); }
  static isBuffer(value) { return value instanceof Buffer; }
  static byteLength(value, encoding) { return bytesOf(value, encoding).length; }
  static concat(list) {
    const whole = new Buffer(list.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of list) { whole.set(part, at); at += part.length; }
    return whole;
  }
  toString(encoding = 'utf8', start = 0, end = this.length) { return textOf(this.subarray(start, end), String(encoding)); }
  equals(other) { return this.length === other.length && this.every((byte, index) => byte === other[index]); }
  toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
}
const bytes = {
  Buffer,
  TextEncoder: class TextEncoder { get encoding() { return 'utf-8'; } encode(text = '') { return bytesOf(String(text)); } },
  TextDecoder: class TextDecoder {
    constructor(label = 'utf-8') { if (!/^utf-?8$/i.test(label)) throw new RangeError('only utf-8 is supported'); }
    get encoding() { return 'utf-8'; }
    decode(view) { return view === undefined ? '' : textOf(view, 'text'); }
  },
  atob: (text) => parse(host('atob', stringify(String(text)))),
  btoa: (text) => parse(host('btoa', stringify(String(text)))),
};
const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
class Hash {
  #algorithm; #key; #parts = []; #done = false;
  constructor(algorithm, key) {
    this.#algorithm = String(algorithm).toLowerCase();
    if (!algorithms.includes(this.#algorithm)) throw new Error('digest method not supported: ' + algorithm);
    this.#key = key;
  }
  update(data, encoding) {
    if (this.#done) throw new Error('digest already called');
    this.#parts.push(bytesOf(data, encoding));
    return this;
  }
  digest(encoding) {
    if (this.#done) throw new Error('digest already called');
    this.#done = true;
    const data = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    const digest = host('digest', this.#algorithm, data.buffer, encoding === undefined ? 'buffer' : String(encoding), this.#key?.buffer);
    return typeof digest === 'string' ? digest : Buffer.from(digest);
  }
}
const view = (value) => {
  if (typeof value === 'string') throw new TypeError('timingSafeEqual compares bytes: wrap the strings with Buffer.from');
  return bytesOf(value);
};
const crypto = {
  createHash: (algorithm) => new Hash(algorithm),
  createHmac: (algorithm, key) => new Hash(algorithm, bytesOf(key)),
  timingSafeEqual(a, b) {
    const left = view(a), right = view(b);
    if (left.length !== right.length) throw new RangeError('Input buffers must have the same byte length');
    return host('equal', left.buffer, right.buffer);
  },
  randomUUID: () => host('uuid'),
  randomBytes: (size) => Buffer.from(host('random', Number(size))),
};
const show = (v) => {
  if (typeof v === 'string') return v;
  if (typeof v === 'bigint') return v + 'n';
  if (typeof v === 'function') return '[Function: ' + v.name + ']';
  if (isError(v)) return v.name + ': ' + v.message;
  try { return (typeof v === 'object' && stringify(v)) || String(v); } catch { return '[unprintable]'; }
};
const print = (...args) => { host('log', stringify(args.map(show).join(' '))); };
own('console', { log: print, info: print, warn: print, error: print, debug: print });
own('require', (name) => {
  if (name === 'crypto' || name === 'node:crypto') return crypto;
  if (name === 'buffer' || name === 'node:buffer') return { Buffer };
  throw new Error('module ' + stringify(String(name)) + ' is not available to scripts: only crypto and buffer are');
});
for (const name of keys(bytes)) own(name, bytes[name]);
// All runs start from one image, which holds the built-in generator's seed: its numbers would repeat in every run.
Math.random = () => host('fraction');
const plain = (key, item) => {
  const type = typeof item;
  if (type === 'function' || type === 'symbol' || type === 'bigint')
    throw new TypeError('the result' + (key === '' ? '' : ' has a property ' + stringify(key) + ' that') + ' is a ' + type + ', which JSON cannot carry');
  return item;
};
return {
  start(globals) { const values = parse(globals); for (const name of keys(values)) own(name, values[name]); },
  finish: (value) => stringify(value, plain) ?? 'null',
  describe: (e) => stringify(isError(e) ? [String(e.name), String(e.message).slice(0, 2000), String(e.stack).slice(0, 2000)] : ['', show(e).slice(0, 2000), '']),
};
})`;
