import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeStrictly } from './bytes.js';

describe('decodeStrictly', () => {
  it.each(['hex', 'base64', 'base64url'] as const)('gives back the bytes of every %s text', (encoding) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
        const text = Buffer.from(bytes).toString(encoding);
        expect(decodeStrictly(text, encoding)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['hex', 'abc'],
    ['hex', 'zz'],
    ['hex', ''],
    ['hex', 'ab '],
    ['base64', 'YQ'],
    ['base64', 'YR=='],
    ['base64', 'Y Q=='],
    ['base64', '_-8='],
    ['base64url', '/+8'],
    ['base64url', 'YR'],
    ['base64', 'ä==='],
  ] as const)('refuses %s text %p', (encoding, text) => {
    expect(decodeStrictly(text, encoding)).toBeNull();
  });

  it('reads hex in either case and base64url with or without padding', () => {
    expect(decodeStrictly('AbCd', 'hex')).toEqual(Buffer.from([0xab, 0xcd]));
    expect(decodeStrictly('YQ', 'base64url')).toEqual(decodeStrictly('YQ==', 'base64url'));
  });
});
