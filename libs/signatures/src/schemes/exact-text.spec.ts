import { expect, it } from '@jest/globals';
import { signMessage } from '../sign.js';
import { verifySignature } from '../verify.js';

const now = new Date('2026-03-01T12:00:00Z');
const request = { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from('<xml>a</xml>') };

it('a list of signatures with a character that is no ASCII is refused whole', async () => {
  const entry = { provider: 'stripe', secrets: ['whsec_a'] };
  const { headers, body: rawBody, ...message } = signMessage(entry, request, now);
  const right = headers['stripe-signature']!;
  const verdict = async (text: string) =>
    (
      await verifySignature(
        entry,
        { ...message, headers: { 'stripe-signature': text }, rawBody, now },
        async () => null,
      )
    ).ok;
  expect([await verdict(`${right},v1=${'0'.repeat(64)}`), await verdict(`${right},v1=å`)]).toEqual([true, false]);
});

it('white space inside a ciphertext is part of what is signed', async () => {
  const options = { token: 't', encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C', receiveId: 'id' };
  const entry = { provider: 'wecom', secrets: [], options };
  const { body, ...message } = signMessage(entry, request, now);
  const verdict = async (rawBody: Buffer) =>
    (await verifySignature(entry, { ...message, rawBody, now }, async () => null)).ok;
  const spaced = Buffer.from(body.toString().replace(']]></Encrypt', '\n]]></Encrypt'));
  expect([await verdict(body), await verdict(spaced)]).toEqual([true, false]);
});
