import { describe, expect, it } from '@jest/globals';
import type { SignatureEntry } from '../contract.js';
import { signMessage } from '../sign.js';
import { verifySignature } from '../verify.js';

const now = new Date('2026-03-01T12:00:00Z');
const request = { method: 'POST', url: 'https://hooks.example/', headers: {}, body: Buffer.from('{"a":1}') };

function verdictOnUpperCase(entry: SignatureEntry, header: string) {
  const { headers, body, ...message } = signMessage(entry, request, now);
  const upper = headers[header]!.replace(/[0-9a-f]{64}/, (digits) => digits.toUpperCase());
  return verifySignature(
    entry,
    { ...message, headers: { ...headers, [header]: upper }, rawBody: body, now },
    async () => null,
  );
}

describe('a signature in upper-case hexadecimal', () => {
  it('is refused where the sender writes lower case, as its own library does', () => {
    const entry = { provider: 'github', secrets: ['s'] };
    expect(verdictOnUpperCase(entry, 'x-hub-signature-256')).toEqual({ ok: false, reason: 'malformed_signature' });
  });

  it('is accepted from a sender that the document describes: nobody knows how it writes', () => {
    expect(verdictOnUpperCase({ provider: 'hmac', secrets: ['s'] }, 'x-signature')).toMatchObject({ ok: true });
  });
});
