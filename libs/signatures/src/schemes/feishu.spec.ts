import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SignatureEntry, SignatureVerdict, UnsignedRequest } from '../contract.js';
import { openMessage } from '../open-message.js';
import { findProvider } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { flipAt, flipBit, received, refusesAnything, verdictOn } from '../testing/scheme-cases.js';
import { closeFeishu, feishuSignature, openFeishu } from './feishu-cipher.js';

const require = createRequire(import.meta.url);

const { AESCipher, generateChallenge } = require('@larksuiteoapi/node-sdk') as {
  AESCipher: new (key: string) => { decrypt(text: string): string };
  generateChallenge(data: object, options: { encryptKey: string }): { isChallenge: boolean; challenge: object };
};

const now = new Date('2026-03-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const encryptKey = 'kudryavka';
const verificationToken = 'v3r1f1c4t10n';
const event = `{"schema":"2.0","header":{"event_id":"e1","token":"${verificationToken}"},"event":{}}`;

function entryOf(options: SignatureEntry['options']): SignatureEntry {
  return { provider: 'feishu', secrets: [], ...(options === undefined ? {} : { options }) };
}
const both = entryOf({ encryptKey, verificationToken });

/** Sends a body with a right signature. */
function sent(body: string, { timestamp = String(seconds), nonce = 'n0nce', key = encryptKey } = {}): UnsignedRequest {
  const bytes = Buffer.from(body);
  const headers = {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': feishuSignature(timestamp, nonce, key, bytes),
  };
  return { method: 'POST', url: 'https://hooks.example/', headers, body: bytes };
}
function encrypted(text: string): string {
  return JSON.stringify({ encrypt: closeFeishu(encryptKey, Buffer.from(text)) });
}
function verdict(request: UnsignedRequest, by = both): Promise<SignatureVerdict> {
  return verdictOn(by, request, now);
}
const decrypted = (text: string) => ({
  ok: true,
  secretIndex: null,
  decrypted: { body: Buffer.from(text), contentType: 'application/json; charset=utf-8' },
});

describe('a feishu entry', () => {
  it('accepts the vectors', async () => {
    for (const vector of findProvider('feishu')!.vectors) {
      const request = { method: 'POST', url: '', headers: vector.headers, body: Buffer.from(vector.body) };
      const by = { provider: 'feishu', ...vector.entry };
      expect(await verdictOn(by, request, new Date(vector.at!))).toEqual({ ok: true, secretIndex: null });
    }
  });

  it("opens the documentation's sample, and closes what the official library opens", () => {
    const sample = 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=';
    expect(openFeishu('test key', sample)?.toString()).toBe('hello world');
    expect(new AESCipher('test key').decrypt(sample)).toBe('hello world');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (text, key) => {
        const closed = closeFeishu(key, Buffer.from(text));
        expect(new AESCipher(key).decrypt(closed)).toBe(text);
        expect(openFeishu(key, closed)?.toString()).toBe(text);
      }),
    );
  });

  it('accepts signed events, encrypted or not, and gives the plain body', async () => {
    expect(await verdict(sent(encrypted(event)))).toEqual(decrypted(event));
    expect(await verdict(sent(event))).toEqual({ ok: true, secretIndex: null });
    expect(await verdict(sent(encrypted(event)), entryOf({ encryptKey }))).toEqual(decrypted(event));
  });

  it('accepts what it signed', async () => {
    const plain = { schema: '2.0', header: { event_id: 'e1' } };
    const choices: SignatureEntry['options'][] = [{ encryptKey }, { verificationToken }, both.options];
    for (const options of choices) {
      for (const body of [plain, { uuid: 'u1', event: {} }]) {
        const request = { method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)) };
        expect(await verdict(signMessage(entryOf(options), request, now), entryOf(options))).toMatchObject({
          ok: true,
        });
      }
    }
  });

  it('refuses one changed bit of the body and one changed character of any header', async () => {
    const request = sent(encrypted(event));
    for (let bit = 0; bit < request.body.length * 8; bit += 3) {
      expect(await verdict({ ...request, body: flipBit(request.body, bit) })).toMatchObject({ ok: false });
    }
    for (const [name, text] of Object.entries(request.headers)) {
      for (let at = 0; at < text.length; at += 1) {
        const headers = { ...request.headers, [name]: flipAt(text, at) };
        expect(await verdict({ ...request, headers })).toMatchObject({ ok: false });
      }
    }
  });

  it('never goes without the signature once there is a key', async () => {
    const request = sent(event);
    for (const name of Object.keys(request.headers)) {
      expect(await verdict({ ...request, headers: { ...request.headers, [name]: '' } })).toMatchObject({ ok: false });
    }
    expect(await verdict({ ...request, headers: {} })).toEqual({ ok: false, reason: 'missing_signature' });
    const challenge = `{"type":"url_verification","challenge":"c","token":"${verificationToken}"}`;
    expect(await verdict({ ...request, headers: {}, body: Buffer.from(challenge) })).toMatchObject({ ok: false });
    const doubled = `${request.headers['x-lark-signature']}, ${request.headers['x-lark-signature']}`;
    const headers = { ...request.headers, 'x-lark-signature': doubled };
    expect(await verdict({ ...request, headers })).toEqual({ ok: false, reason: 'malformed_signature' });
  });

  it.each<[string, string]>([
    ['of another token', event.replace(verificationToken, 'other')],
    ['without token', '{"schema":"2.0","header":{},"event":{}}'],
    ['with an empty token', event.replace(verificationToken, '')],
    ['with a token as number', '{"token":1}'],
    ['with the token beside a header', `{"token":"${verificationToken}","header":{"event_id":"e"}}`],
    ['with the token of a prototype', `{"__proto__":{"token":"${verificationToken}"}}`],
  ])('refuses an event %s', async (_title, body) => {
    expect(await verdict(sent(body))).toEqual({ ok: false, reason: 'mismatch' });
    expect(await verdict(sent(encrypted(body)))).toEqual({ ok: false, reason: 'mismatch' });
    expect(await verdict(sent(body), entryOf({ verificationToken }))).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('with a token alone takes plain events of both versions that hold it', async () => {
    const by = entryOf({ verificationToken });
    expect(await verdict({ ...sent(event), headers: {} }, by)).toEqual({ ok: true, secretIndex: null });
    expect(await verdict({ ...sent(`{"token":"${verificationToken}"}`), headers: {} }, by)).toMatchObject({ ok: true });
    expect(await verdict(sent(encrypted(event)), by)).toEqual({ ok: false, reason: 'unknown_key' });
  });

  it.each<[string, string]>([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['nothing', ''],
    ['an encrypted text', encrypted('hello')],
    ['an encrypted list', encrypted('[]')],
    ['loose base64', '{"encrypt":"a b"}'],
    ['half a block', `{"encrypt":"${Buffer.alloc(40).toString('base64')}"}`],
    ['a broken padding', `{"encrypt":"${Buffer.alloc(48).toString('base64')}"}`],
    ['an IV alone', `{"encrypt":"${Buffer.alloc(16).toString('base64')}"}`],
  ])('refuses a signed body with %s', async (_title, body) => {
    expect(await verdict(sent(body))).toMatchObject({ ok: false });
  });

  it.each<[string, string, boolean]>([
    ['7 hours and 15 minutes ago', String(seconds - 26_100), true],
    ['a second before', String(seconds - 26_101), false],
    ['5 minutes ahead', String(seconds + 300), true],
    ['a second after', String(seconds + 301), false],
    ['in milliseconds', `${seconds}000`, false],
    ['negative', '-1', false],
    ['with an exponent', '1e9', false],
  ])('judges a time %s', async (_title, timestamp, ok) => {
    expect(await verdict(sent(event, { timestamp }))).toMatchObject({ ok });
  });

  it.each([
    undefined,
    {},
    { encryptKey: '' },
    { verificationToken: ' ' },
    { encryptKey: ' ', verificationToken },
    { encryptKey: 7 },
  ])('refuses everything with the options %p', async (options) => {
    const by = entryOf(options as SignatureEntry['options']);
    for (const key of ['', ' ', encryptKey]) {
      expect(await verdict(sent(event, { key }), by)).toEqual({ ok: false, reason: 'misconfigured' });
    }
    expect(() => signMessage(by, sent(event), now)).toThrow();
  });

  it('never throws and accepts nothing by chance', async () => {
    const names = ['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'];
    await refusesAnything(both, names, now);
    await refusesAnything(entryOf({ verificationToken }), names, now);
  });
});

describe('opening a body for the URL check of Feishu', () => {
  const challenge = { challenge: 'ajls384kdjx98XX', token: verificationToken, type: 'url_verification' };
  const open = (body: string, by = both) =>
    openMessage(by, received({ ...sent(body), headers: {} }, now)).rawBody.toString();

  it('gives the challenge that the official library finds', () => {
    const body = encrypted(JSON.stringify(challenge));
    expect(open(body)).toBe(JSON.stringify(challenge));
    const official = generateChallenge(JSON.parse(body) as object, { encryptKey });
    expect(official).toEqual({ isChallenge: true, challenge: { challenge: challenge.challenge } });
  });

  it('leaves a plain body, one that does not open, and any of an entry without a key', () => {
    for (const body of [JSON.stringify(challenge), '{"encrypt":"AAAA"}', '{"encrypt":{}}', 'nothing', '']) {
      expect(open(body)).toBe(body);
    }
    const closed = encrypted('{}');
    expect(open(closed)).toBe('{}');
    for (const by of [entryOf({ verificationToken }), entryOf({ encryptKey: ' ' }), { ...both, provider: 'github' }]) {
      expect(open(closed, by)).toBe(closed);
    }
  });
});
