import { expect, it } from '@jest/globals';
import { signMessage } from '../sign.js';
import { verifySignature } from '../verify.js';

const now = new Date('2026-03-01T12:00:00Z');

it('a signed method counts as it was sent: methods are told apart by case (RFC 9110, section 9.1)', async () => {
  const entry = { provider: 'hubspot', secrets: ['a secret'] };
  const request = { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from('[]') };
  const { body: rawBody, ...message } = signMessage(entry, request, now);
  const verdict = (method: string) => verifySignature(entry, { ...message, method, rawBody, now }, async () => null);
  expect([await verdict('POST'), await verdict('post')]).toMatchObject([{ ok: true }, { reason: 'mismatch' }]);
});
