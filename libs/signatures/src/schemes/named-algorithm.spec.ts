import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { signMessage } from '../sign.js';
import { verifySignature } from '../verify.js';

const now = new Date('2026-03-01T12:00:00Z');
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const entry = {
  provider: 'alipay',
  secrets: [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const headers = { 'content-type': 'application/x-www-form-urlencoded' };
const fields = 'app_id=1&notify_id=2';

it.each([
  ['RSA2', true],
  ['RSA', false],
  ['RSA2%0A', false],
  ['rsa2', false],
])('a message whose sign_type is %s is accepted: %p, though the name is not signed', async (name, isAccepted) => {
  const request = { method: 'POST', url: 'https://hooks.example/', headers, body: Buffer.from(fields) };
  const { body, ...message } = signMessage(entry, request, now);
  const rawBody = Buffer.from(`${body.toString().replace(/&sign_type=[^&]*/, '')}&sign_type=${name}`);
  const verdict = await verifySignature(entry, { ...message, rawBody, now }, async () => null);
  expect(verdict).toEqual(isAccepted ? { ok: true, secretIndex: 0 } : { ok: false, reason: 'wrong_algorithm' });
});
