import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { SignatureEntry, SignedMessage, SigningEntry } from './contract.js';
import { diagnoseSignature } from './diagnose.js';
import { signMessage } from './sign.js';

const now = new Date('2026-03-01T12:00:00Z');
const seconds = String(now.getTime() / 1000);
const url = 'https://hooks.example.com/api/webhooks/a';
const secret = 'correct horse battery';
const github: SigningEntry = { provider: 'github', secrets: [secret] };
const slack: SigningEntry = { provider: 'slack', secrets: [secret] };
const body = Buffer.from('{ "a": 1 }\n');
const noKeys = () => Promise.resolve(null);

function signed(entry: SigningEntry, bytes = body, at = now): SignedMessage {
  const request = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: bytes };
  const { headers, url: sentTo } = signMessage(entry, request, at);
  return { method: 'POST', url: sentTo, headers, rawBody: bytes, now };
}

async function codes(entry: SignatureEntry, message: SignedMessage): Promise<string[]> {
  const { verdict, hints } = await diagnoseSignature(entry, message, noKeys);
  expect(verdict.ok).toBe(false);
  const told = JSON.stringify(hints);
  for (const text of entry.secrets) if (text.trim() !== '') expect(told).not.toContain(text.trim());
  return hints.map(({ code }) => code);
}

function hmacHeader(
  key: string | Buffer,
  algorithm: string,
  encoding: 'hex' | 'base64',
  prefix: string,
): SignedMessage {
  const text = prefix + createHmac(algorithm, key).update(body).digest(encoding);
  return { ...signed(github), headers: { 'x-hub-signature-256': text } };
}

describe('diagnoseSignature', () => {
  it('has nothing to say of what is right', async () => {
    expect(await diagnoseSignature(github, signed(github), noKeys)).toEqual({
      provider: 'github',
      verdict: { ok: true },
      hints: [],
    });
  });

  it('has nothing to say of a secret that is simply another', async () => {
    expect(await codes({ ...github, secrets: ['another'] }, signed(github))).toEqual([]);
  });

  it.each([[[]], [['']]])('says that no secret is set when they are %p', async (secrets) => {
    expect(await codes({ ...github, secrets }, signed(github))).toEqual(['no_secret']);
  });

  it('says that a secret is no key of the preset', async () => {
    expect(await codes({ provider: 'gitlab-signing', secrets: [secret] }, signed(github))).toEqual([
      'unreadable_secret',
    ]);
  });

  it.each([
    ['body_reserialised', Buffer.from('{"a":1}'), body],
    ['body_trimmed', Buffer.from('{ "a": 1 }'), body],
    ['body_newline_lost', body, Buffer.from('{ "a": 1 }')],
    ['body_line_ends', Buffer.from('a\nb'), Buffer.from('a\r\nb')],
    ['body_line_ends', Buffer.from('a\r\nb'), Buffer.from('a\nb')],
  ])('sees %s', async (code, was, rawBody) => {
    expect(await codes(github, { ...signed(github, was), rawBody })).toContain(code);
  });

  it('sees that the sender signed before it compressed', async () => {
    const message = signed(github);
    const headers = { ...message.headers, 'content-encoding': 'gzip' };
    expect(await codes(github, { ...message, headers, rawBody: gzipSync(body) })).toEqual([
      'body_signed_before_compression',
    ]);
  });

  it.each([
    ['secret_has_spaces', ` ${secret}\n`],
    ['secret_has_quotes', `"${secret}"`],
  ])('sees %s', async (code, stored) => {
    expect(await codes({ ...github, secrets: [stored] }, signed(github))).toContain(code);
  });

  it('sees that the sender decodes its secret', async () => {
    const stored = Buffer.from('0123456789abcdef').toString('base64');
    const message = hmacHeader(Buffer.from(stored, 'base64'), 'sha256', 'hex', 'sha256=');
    expect(await codes({ ...github, secrets: [stored] }, message)).toEqual(['secret_read_otherwise']);
  });

  it('sees that the sender takes its secret as it is written', async () => {
    const stored = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const headers = {
      'webhook-id': 'a',
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${createHmac('sha256', stored).update(`a.${seconds}.`).update(body).digest('base64')}`,
    };
    const message = { ...signed(github), headers };
    expect(await codes({ provider: 'standard-webhooks', secrets: [stored] }, message)).toEqual([
      'secret_read_otherwise',
    ]);
  });

  it.each([
    ['signature_encoding', 'base64', 'sha256='],
    ['signature_prefix', 'hex', ''],
    ['signature_prefix', 'hex', 'v1='],
  ] as const)('sees %s: %s after %p', async (code, encoding, prefix) => {
    expect(await codes(github, hmacHeader(secret, 'sha256', encoding, prefix))).toContain(code);
  });

  it('sees another hash', async () => {
    expect(await codes(github, hmacHeader(secret, 'sha1', 'hex', 'sha1='))).toEqual(['other_algorithm']);
    expect(await codes(github, hmacHeader(secret, 'sha512', 'hex', 'sha256='))).toEqual(['other_algorithm']);
  });

  it('says how far the time is off', async () => {
    const late = await diagnoseSignature(slack, signed(slack, body, new Date(now.getTime() - 400_000)), noKeys);
    expect(late.hints).toEqual([{ code: 'timestamp_off', message: expect.stringContaining('400 seconds') }]);
    expect(late.hints[0]!.message).toContain('100 too old');
    const early = await diagnoseSignature(slack, signed(slack, body, new Date(now.getTime() + 400_000)), noKeys);
    expect(early.hints[0]!.message).toContain('100 too far in the future');
  });

  it('sees the unit of the time', async () => {
    const message = signed(slack);
    const headers = { ...message.headers, 'x-slack-request-timestamp': `${seconds}000` };
    expect(await codes(slack, { ...message, headers })).toEqual(['timestamp_unit']);
  });

  it('reads the time out of a pair', async () => {
    const stripe = { provider: 'stripe', secrets: [secret] };
    expect(await codes(stripe, signed(stripe, body, new Date(now.getTime() - 900_000)))).toEqual(['timestamp_off']);
  });

  it.each([
    ['x-hub-signature', 'similar_header'],
    ['x_hub_signature_256', 'similar_header'],
    ['x-webhook-signature', 'similar_header'],
    ['x-request-id', 'missing_header'],
  ])('with %s in its place says %s', async (name, code) => {
    const message = { ...signed(github), headers: { [name]: 'sha256=00' } };
    expect(await codes(github, message)).toEqual([code]);
  });

  it('sees a doubled header', async () => {
    const message = signed(github);
    const text = message.headers['x-hub-signature-256']!;
    expect(await codes(github, { ...message, headers: { 'x-hub-signature-256': `${text}, ${text}` } })).toContain(
      'doubled_header',
    );
  });

  it.each([
    'http://hooks.example.com/api/webhooks/a',
    'https://hooks.example.com:443/api/webhooks/a',
    'https://hooks.example.com/api/webhooks/a/',
    'https://hooks.example.com/api/webhooks/a?x=1',
  ])('sees that the entry is about another URL: %s', async (other) => {
    const square = { provider: 'square', secrets: [secret] };
    expect(await codes(square, { ...signed(square), url: other })).toEqual(['other_url']);
  });

  it('sees the word before a token', async () => {
    const gitlab = { provider: 'gitlab', secrets: [secret] };
    const message = { ...signed(github), headers: { 'x-gitlab-token': `Bearer ${secret}` } };
    expect(await codes(gitlab, message)).toEqual(['token_has_scheme_word']);
  });

  it('names an unknown provider', async () => {
    const { verdict, hints } = await diagnoseSignature({ ...github, provider: 'nobody' }, signed(github), noKeys);
    expect({ verdict, hints }).toEqual({ verdict: { ok: false, reason: 'unknown_provider' }, hints: [] });
  });

  it('never tells a signature that would be right', async () => {
    const right = signed(github).headers['x-hub-signature-256']!.slice('sha256='.length);
    const { hints } = await diagnoseSignature(github, { ...signed(github), headers: {} }, noKeys);
    expect(JSON.stringify(hints)).not.toContain(right);
  });
});
