import { expect, it } from '@jest/globals';
import { signMessage } from '../sign.js';
import { verifySignature } from '../verify.js';

const now = new Date('2026-03-01T12:00:00Z');
const entry = { provider: 'rfc9421', secrets: ['a secret'], options: { algorithm: 'hmac-sha256' } };
const request = { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from('{}') };
const { headers, body: rawBody, ...message } = signMessage(entry, request, now);

const verdict = (changed: Record<string, string>) =>
  verifySignature(entry, { ...message, headers: { ...headers, ...changed }, rawBody, now }, async () => null);

it('a signature whose label has no input, or an input without a signature, is an error (RFC 9421, section 4)', async () => {
  expect(await verdict({})).toMatchObject({ ok: true });
  const fault = { ok: false, reason: 'malformed_signature' };
  expect(await verdict({ signature: `${headers['signature']!}, other=:AAAA:` })).toEqual(fault);
  expect(await verdict({ 'signature-input': `${headers['signature-input']!}, other=();created=1` })).toEqual(fault);
});

it('a signature with parameters of its own is an error (RFC 9421, section 4.2)', async () => {
  const fault = { ok: false, reason: 'malformed_signature' };
  expect(await verdict({ signature: `${headers['signature']!};other=:AAAA:` })).toEqual(fault);
});
