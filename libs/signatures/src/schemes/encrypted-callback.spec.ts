import { createCipheriv, createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SignatureEntry, SignatureVerdict, UnsignedRequest } from '../contract.js';
import { findProvider } from '../providers/index.js';
import { signMessage } from '../sign.js';
import { flipAt, refusesAnything, verdictOn } from '../testing/scheme-cases.js';
import { callbackSignature, closeCallback, openCallback, readCallbackKey } from './callback-cipher.js';

const require = createRequire(import.meta.url);
const wecom = require('@wecom/crypto') as {
  getSignature(token: string, timestamp: string, nonce: string, encrypted: string): string;
  encrypt(key: string, message: string, id: string): string;
  decrypt(key: string, encrypted: string): { message: string; id: string };
};
const WXBizMsgCrypt = require('wechat-crypto') as new (
  token: string,
  key: string,
  id: string,
) => {
  getSignature(timestamp: string, nonce: string, encrypted: string): string;
  encrypt(message: string): string;
  decrypt(encrypted: string): { message: string; id: string };
};

const now = new Date('2026-03-01T12:00:00Z');
const seconds = String(now.getTime() / 1000);
const token = 'QDG6eK';
const encodingAESKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const receiveId = 'wx5823bf96d3bd56c7';
const key = readCallbackKey(encodingAESKey)!;
const options = { token, encodingAESKey, receiveId };
const entry: SignatureEntry = { provider: 'wecom', secrets: [], options };
const message = '<xml><MsgId>1</MsgId><Content><![CDATA[你好]]></Content></xml>';
const second = new WXBizMsgCrypt(token, encodingAESKey, receiveId);

function sent(
  ciphertext: string,
  { timestamp = seconds, nonce = 'n', signature = callbackSignature(token, timestamp, nonce, ciphertext) } = {},
): UnsignedRequest {
  const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce });
  const body = Buffer.from(`<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[${ciphertext}]]></Encrypt></xml>`);
  return { method: 'POST', url: `https://hooks.example/?${query.toString()}`, headers: {}, body };
}
function echoOf(ciphertext: string): UnsignedRequest {
  const request = sent(ciphertext);
  const url = `${request.url}&echostr=${encodeURIComponent(ciphertext)}`;
  return { ...request, method: 'GET', url, body: Buffer.alloc(0) };
}
/** Encrypts without padding: the plaintext as it stands. */
function raw(plain: Buffer): string {
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
}
function padded(length: number, text: string, padding: Buffer): string {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(length, 16);
  return raw(Buffer.concat([head, Buffer.from(text), padding]));
}
function verdict(request: UnsignedRequest, by = entry, at = now): Promise<SignatureVerdict> {
  return verdictOn(by, request, at);
}
function openedAs(text: string, contentType = 'text/xml; charset=utf-8') {
  return { ok: true, secretIndex: null, decrypted: { body: Buffer.from(text), contentType } };
}

describe('a wecom entry', () => {
  it('accepts the vectors', async () => {
    const texts: string[] = [];
    for (const { entry: given, method, url, body, headers, at } of findProvider('wecom')!.vectors) {
      const request = { method: method!, url: url!, headers, body: Buffer.from(body) };
      const by = { provider: 'wecom', ...given };
      const result = await verdict(request, by, new Date(at!));
      texts.push(result.ok ? (result.decrypted?.body.toString() ?? '') : result.reason);
    }
    expect(texts).toEqual([expect.stringContaining('<MsgId>4561255354251345929</MsgId>'), '1616140317555161061']);
  });

  it('signs as the documents say', () => {
    const signature = '5213d8fe316d8d23a1c37bb55a4d340b7c0a9b67';
    expect(callbackSignature('QDG6eK', '1409659813', '1372623149', 'ENC')).toBe(signature);
  });

  it('opens what the two libraries closed, whatever its length', async () => {
    for (let length = 0; length < 40; length += 1) {
      const text = `<xml>${'é'.repeat(length)}</xml>`;
      const first = wecom.encrypt(encodingAESKey, text, receiveId);
      const signature = wecom.getSignature(token, seconds, 'n', first);
      expect(await verdict(sent(first, { signature }))).toEqual(openedAs(text));
      const other = second.encrypt(text);
      const otherSignature = second.getSignature(seconds, 'n', other);
      expect(await verdict(sent(other, { signature: otherSignature }))).toEqual(openedAs(text));
    }
  });

  it('closes what the two libraries open', async () => {
    const request = { method: 'POST', url: 'https://hooks.example/a?b=c', headers: {}, body: Buffer.from(message) };
    const signed = signMessage(entry, request, now);
    const query = new URL(signed.url).searchParams;
    const ciphertext = /<Encrypt><!\[CDATA\[(.+)\]\]><\/Encrypt>/.exec(signed.body.toString())![1]!;
    const [timestamp, nonce] = [query.get('timestamp')!, query.get('nonce')!];
    expect(wecom.getSignature(token, timestamp, nonce, ciphertext)).toBe(query.get('msg_signature'));
    expect(second.getSignature(timestamp, nonce, ciphertext)).toBe(query.get('msg_signature'));
    expect(wecom.decrypt(encodingAESKey, ciphertext)).toMatchObject({ message, id: receiveId });
    expect(second.decrypt(ciphertext)).toEqual({ message, id: receiveId });
    expect(await verdict(signed)).toEqual(openedAs(message));
  });

  it('opens JSON inside JSON', async () => {
    const request = { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from('{"a":1}') };
    const signed = signMessage(entry, request, now);
    expect(JSON.parse(signed.body.toString())).toEqual({ encrypt: expect.any(String) });
    expect(await verdict(signed)).toEqual(openedAs('{"a":1}', 'application/json; charset=utf-8'));
  });

  it('answers a GET with its echo, and only with one', async () => {
    const request = { method: 'GET', url: 'https://hooks.example/', headers: {}, body: Buffer.from('1616140317') };
    const signed = signMessage(entry, request, now);
    expect(signed.body).toHaveLength(0);
    expect(await verdict(signed)).toEqual(openedAs('1616140317', 'text/plain; charset=utf-8'));
    expect(await verdict({ ...signed, method: 'POST' })).toEqual({ ok: false, reason: 'malformed_body' });
    const without = sent(closeCallback(key, Buffer.from('1'), receiveId));
    expect(await verdict({ ...without, method: 'GET' })).toEqual({ ok: false, reason: 'missing_signature' });
  });

  // Both are signed alike: whoever saw a message could have it decrypted.
  it('gives no message back as an echo, and takes no echo for a message', async () => {
    for (const text of [message, '{"a":1}', ' 1', '', '1'.repeat(1025)]) {
      const ciphertext = closeCallback(key, Buffer.from(text), receiveId);
      expect(await verdict(echoOf(ciphertext))).toEqual({ ok: false, reason: 'mismatch' });
    }
    const echo = closeCallback(key, Buffer.from('1616140317'), receiveId);
    expect(await verdict(sent(echo))).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('refuses one changed character of any signed part', async () => {
    const ciphertext = closeCallback(key, Buffer.from(message), receiveId);
    const signature = callbackSignature(token, seconds, 'nonce', ciphertext);
    const right = { timestamp: seconds, nonce: 'nonce', signature };
    expect(await verdict(sent(ciphertext, right))).toMatchObject({ ok: true });
    for (let at = 0; at < ciphertext.length; at += 1) {
      expect(await verdict(sent(flipAt(ciphertext, at), right))).toMatchObject({ ok: false });
    }
    for (const [name, text] of Object.entries(right)) {
      for (let at = 0; at < text.length; at += 1) {
        expect(await verdict(sent(ciphertext, { ...right, [name]: flipAt(text, at) }))).toMatchObject({ ok: false });
      }
    }
  });

  it.each<[string, string]>([
    ['loose base64', `${closeCallback(key, Buffer.from(message), receiveId)} `.trimEnd().replace(/^./, '-')],
    ['half a block', Buffer.alloc(24).toString('base64')],
    ['padding 0', padded(6, `<xml/>${receiveId}`.padEnd(44, '\0'), Buffer.alloc(0))],
    ['padding 33', padded(6, `<xml/>${receiveId}`.padEnd(43, '!'), Buffer.from([33]))],
    [
      'one wrong byte of padding',
      padded(6, `<xml/>${receiveId}`, Buffer.from([...Array<number>(19).fill(20), 20]).fill(7, 3, 4)),
    ],
    ['a length of 4 GB', padded(0xffffffff, `<xml/>${receiveId}`, Buffer.alloc(20, 20))],
    ['a length one too long', padded(25, `<xml/>${receiveId}`, Buffer.alloc(20, 20))],
    ['nothing but padding', raw(Buffer.alloc(32, 32))],
    ['neither XML nor JSON', closeCallback(key, Buffer.from('hello'), receiveId)],
  ])('says the same of a right signature over %s as of a wrong one', async (_title, ciphertext) => {
    expect(await verdict(sent(ciphertext))).toEqual({ ok: false, reason: 'mismatch' });
    const signature = createHash('sha1').update(ciphertext).digest('hex');
    expect(await verdict(sent(ciphertext, { signature }))).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('takes the construction of the cases above when it is right', async () => {
    expect(await verdict(sent(padded(6, `<xml/>${receiveId}`, Buffer.alloc(20, 20))))).toEqual(openedAs('<xml/>'));
  });

  it.each(['wx5823bf96d3bd56c8', '', `${receiveId} `, 'é'])('refuses a message for %p', async (other) => {
    const verdictFor = await verdict(sent(closeCallback(key, Buffer.from(message), other)));
    expect(verdictFor).toEqual({ ok: false, reason: 'wrong_receiver' });
  });

  it.each<[string, string]>([
    ['301 seconds ago', String(Number(seconds) - 301)],
    ['301 seconds ahead', String(Number(seconds) + 301)],
    ['in milliseconds', `${seconds}000`],
    ['negative', '-1'],
    ['with an exponent', '1e9'],
    ['with a leading zero', `0${seconds}`],
    ['in other digits', '١٧٧٢٣٦٦٤٠٠'],
  ])('refuses a time %s', async (_title, timestamp) => {
    const result = await verdict(sent(closeCallback(key, Buffer.from(message), receiveId), { timestamp }));
    expect(result).toEqual({
      ok: false,
      reason: expect.stringMatching(/^(malformed_timestamp|timestamp_out_of_tolerance)$/),
    });
  });

  it.each<[string, string]>([
    ['a DTD', '<!DOCTYPE xml [<!ENTITY e "x">]><xml><Encrypt>&e;</Encrypt></xml>'],
    ['an external entity', '<!DoCtYpE xml SYSTEM "file:///etc/passwd"><xml><Encrypt>a</Encrypt></xml>'],
    ['an unknown entity', '<xml><Encrypt>&lol;</Encrypt></xml>'],
    ['two ciphertexts', '<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>'],
    ['a ciphertext deeper down', '<xml><a><Encrypt>a</Encrypt></a></xml>'],
    ['elements in the ciphertext', '<xml><Encrypt>a<b/></Encrypt></xml>'],
    ['an empty ciphertext', '<xml><Encrypt></Encrypt></xml>'],
    ['no end', '<xml><Encrypt>a'],
    ['deep elements', '<a>'.repeat(50_000)],
    ['JSON without it', '{"Encrypt":"a"}'],
    ['a number in it', '{"encrypt":7}'],
    ['a list', '["encrypt"]'],
    ['nothing', ''],
    ['bytes that are no text', '\xff<xml/>'],
    ['over a mebibyte', `<xml><Encrypt>a</Encrypt>${' '.repeat(1_048_576)}</xml>`],
  ])('refuses a body with %s', async (_title, text) => {
    const request = { ...sent('a'), body: Buffer.from(text, 'latin1') };
    expect(await verdict(request)).toEqual({ ok: false, reason: 'malformed_body' });
  });

  it('refuses missing and doubled parameters', async () => {
    const request = sent(closeCallback(key, Buffer.from(message), receiveId));
    for (const name of ['msg_signature', 'timestamp', 'nonce']) {
      const url = new URL(request.url);
      url.searchParams.append(name, url.searchParams.get(name)!);
      expect(await verdict({ ...request, url: url.href })).toMatchObject({ ok: false });
      url.searchParams.delete(name);
      expect(await verdict({ ...request, url: url.href })).toMatchObject({ ok: false });
    }
    expect(await verdict({ ...request, url: 'https://hooks.example/' })).toMatchObject({ reason: 'missing_signature' });
  });

  it.each<[string, object | undefined]>([
    ['no options', undefined],
    ['a blank token', { ...options, token: ' ' }],
    ['no token', { encodingAESKey, receiveId }],
    ['a blank key', { ...options, encodingAESKey: '' }],
    ['a short key', { ...options, encodingAESKey: encodingAESKey.slice(1) }],
    ['a key that is no base64', { ...options, encodingAESKey: `${encodingAESKey.slice(1)}-` }],
    ['a blank receiver', { ...options, receiveId: '' }],
    ['no receiver', { token, encodingAESKey }],
  ])('refuses everything with %s', async (_title, given) => {
    const by = { provider: 'wecom', secrets: [], ...(given ? { options: given } : {}) } as SignatureEntry;
    const request = sent(closeCallback(key, Buffer.from(message), ''));
    expect(await verdict(request, by)).toEqual({ ok: false, reason: 'misconfigured' });
    expect(() => signMessage(by, request, now)).toThrow();
  });

  it('opens every message that it closed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), (bytes, receiver) => {
        const opened = openCallback(key, closeCallback(key, Buffer.from(bytes), receiver));
        expect(opened).toEqual({ message: Buffer.from(bytes), receiver: Buffer.from(receiver, 'utf8') });
      }),
    );
  });

  it('never throws and accepts nothing by chance', async () => {
    await refusesAnything(entry, ['content-type'], now);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
        openCallback(key, Buffer.from(bytes).toString('base64'));
      }),
    );
  });
});
