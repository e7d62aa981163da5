import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

/** What may cross between guest and host: plain values and copies of bytes, never a reference. */
export type HostValue = string | number | boolean | Uint8Array | undefined;

type HostFunction = (...args: HostValue[]) => HostValue;

/**
 * Bytes one call may take or give. QuickJS' own limit does not see what the host allocates inside the WASM memory for
 * an answer; this bound keeps that far below the slack above the guest's limit.
 */
export const HOST_CALL_BYTES = 8 * 1024 * 1024;

const RANDOM_BYTES = 65_536;
const BUFFER_ENCODINGS = new Set([
  'utf8',
  'utf-8',
  'hex',
  'base64',
  'base64url',
  'latin1',
  'binary',
  'ascii',
  'utf16le',
  'ucs2',
]);
const DIGEST_ENCODINGS = new Set(['hex', 'base64', 'base64url']);

/** The table behind the guest's one `host` function. Each entry throws an Error whose message is meant for the script's author. */
export const HOST_FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  fraction: () => Math.random(),
  encode: (json, encoding) => bounded(Buffer.from(fromJson(json), bufferEncoding(encoding))),
  decode: (data, encoding) => {
    const view = bytes(data);
    if (encoding === 'text') return JSON.stringify(new TextDecoder().decode(view));
    return JSON.stringify(view.toString(bufferEncoding(encoding)));
  },
  atob: (json) => JSON.stringify(atob(fromJson(json))),
  btoa: (json) => JSON.stringify(btoa(fromJson(json))),
  digest: (algorithm, data, encoding, key) => digest(text(algorithm), bytes(data), text(encoding), key),
  equal: (left, right) => timingSafeEqual(bytes(left), bytes(right)),
  uuid: () => randomUUID(),
  random: (size) => {
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > RANDOM_BYTES) {
      throw new RangeError(`randomBytes takes a whole number from 0 to ${RANDOM_BYTES}`);
    }
    return randomBytes(size);
  },
};

function digest(algorithm: string, data: Buffer, encoding: string, key: HostValue): HostValue {
  const hash = key === undefined ? createHash(algorithm) : createHmac(algorithm, bytes(key));
  hash.update(data);
  if (encoding === 'buffer') return hash.digest();
  if (!DIGEST_ENCODINGS.has(encoding)) throw new TypeError(`unknown digest encoding: ${encoding.slice(0, 40)}`);
  return hash.digest(encoding as 'hex');
}

function bufferEncoding(value: HostValue): BufferEncoding {
  const name = text(value).toLowerCase();
  if (!BUFFER_ENCODINGS.has(name)) throw new TypeError(`unknown encoding: ${name.slice(0, 40)}`);
  return name as BufferEncoding;
}

function text(value: HostValue): string {
  if (typeof value !== 'string') throw new TypeError('expected a string');
  return value;
}

function fromJson(value: HostValue): string {
  return bounded(text(JSON.parse(text(value)) as HostValue));
}

function bytes(value: HostValue): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('expected bytes');
  return bounded(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
}

function bounded<T extends { length: number }>(value: T): T {
  if (value.length > HOST_CALL_BYTES) throw new RangeError(`one call takes at most ${HOST_CALL_BYTES} bytes`);
  return value;
}
