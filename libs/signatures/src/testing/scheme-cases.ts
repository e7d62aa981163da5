import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import fc from 'fast-check';
import type { FetchKey, SignatureEntry, SignatureVerdict, SignedMessage, UnsignedRequest } from '../contract.js';
import { verifySignature } from '../verify.js';

/** A port that may fetch nothing. */
export const nothingFetched: FetchKey = () => Promise.resolve(null);

/** What arrives when a signed request is sent. */
export function received(request: UnsignedRequest, now: Date): SignedMessage {
  return { method: request.method, url: request.url, headers: request.headers, rawBody: request.body, now };
}

/** The verdict on a request that was signed. */
export async function verdictOn(
  entry: SignatureEntry,
  request: UnsignedRequest,
  now: Date,
  fetchKey: FetchKey = nothingFetched,
): Promise<SignatureVerdict> {
  return verifySignature(entry, received(request, now), fetchKey);
}

/** A text with its lowest bit of one character flipped. */
export function flipAt(text: string, position: number): string {
  const flipped = String.fromCharCode(text.charCodeAt(position) ^ 1);
  return text.slice(0, position) + flipped + text.slice(position + 1);
}

/** Bytes with one bit flipped. */
export function flipBit(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** Keys of one algorithm as PEM. */
export function pemPair(pair: KeyPairKeyObjectResult): { publicKey: string; privateKey: string } {
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** New keys. */
export const newPair = {
  rsa: (bits = 2048) => generateKeyPairSync('rsa', { modulusLength: bits }),
  ec: (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }),
  ed25519: () => generateKeyPairSync('ed25519'),
};

/** Messages of anything: hostile texts in the named headers and query fields, hostile bytes as body. */
export function anyMessage(headers: readonly string[], now: Date): fc.Arbitrary<SignedMessage> {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('', '__proto__', ',', '=', '(', ':'),
  );
  const json = fc.json().map((value) => Buffer.from(value));
  return fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', ''),
    url: fc.oneof(
      text,
      fc.webUrl({ withQueryParameters: true }),
      text.map((value) => `https://hooks.example/a?msg_signature=${value}&timestamp=1&nonce=%zz&echostr=${value}`),
    ),
    headers: fc.record(Object.fromEntries(headers.map((name) => [name, text])), { requiredKeys: [] }),
    rawBody: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      json,
      text.map((value) => Buffer.from(`{"encrypt":${JSON.stringify(value)},"notificationItems":[${value}]}`)),
      text.map((value) => Buffer.from(`<xml><Encrypt>${value}</Encrypt></xml>`)),
    ),
    now: fc.constant(now),
  });
}

/** Runs a scheme over messages of anything, and fails on one that throws, rejects or is accepted. */
export async function refusesAnything(
  entry: SignatureEntry,
  headers: readonly string[],
  now: Date,
  fetchKey: FetchKey = nothingFetched,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      anyMessage(headers, now),
      async (message) => !(await verifySignature(entry, message, fetchKey)).ok,
    ),
    { numRuns: 300 },
  );
}
