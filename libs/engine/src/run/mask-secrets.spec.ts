import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '#shared';
import { createSecretMask, type SecretMask } from './mask-secrets.js';

function maskOf(...secrets: string[]): SecretMask {
  const values = Object.fromEntries(secrets.map((secret, index) => [`S${index}`, secret]));
  return createSecretMask({ values, secretNames: new Set(Object.keys(values)) });
}

describe('createSecretMask', () => {
  it('masks a secret inside text, values and keys, however deep', () => {
    const masked = maskOf('hunter22').json({ a: ['Bearer hunter22'], hunter22: { b: 'hunter22' } });
    expect(masked).toEqual({ a: ['Bearer ***'], '***': { b: '***' } });
  });

  it('leaves variables alone that are not secrets', () => {
    const mask = createSecretMask({ values: { REGION: 'north-west' }, secretNames: new Set() });
    expect(mask.json({ region: 'north-west' })).toEqual({ region: 'north-west' });
  });

  it('masks the whole of a secret that holds another one', () => {
    expect(maskOf('abcd', 'abcdefgh').text('x abcdefgh y')).toBe('x *** y');
  });

  it('masks a secret as it is written in a URL and in JSON text', () => {
    const mask = maskOf('p&ss "word"');
    expect(mask.text('https://a.example/?q=p%26ss%20%22word%22')).toBe('https://a.example/?q=***');
    expect(mask.text('{"p":"p&ss \\"word\\""}')).toBe('{"p":"***"}');
  });

  it('masks a number that spells a secret', () => {
    expect(maskOf('12345678').json({ pin: 12345678, other: 1 })).toEqual({ pin: '***', other: 1 });
  });

  it('masks a very short secret only where it is the whole value', () => {
    expect(maskOf('ab').json(['ab', 'about'])).toEqual(['***', 'about']);
  });

  it('reads the characters of a secret literally, not as a pattern', () => {
    const mask = maskOf('a.c*(d)[e]\\^$|');
    expect(mask.text('key a.c*(d)[e]\\^$| and abc')).toBe('key *** and abc');
  });

  it('keeps a key __proto__ as data', () => {
    const masked = maskOf('secret-value').json(JSON.parse('{"__proto__":{"x":"secret-value"}}') as Json);
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"x":"***"}}');
  });

  it('gives a value without secrets back as it is', () => {
    const value = { a: [1, { b: 'text' }] };
    expect(maskOf('secret-value').json(value)).toBe(value);
  });

  it('never leaves a secret in the JSON of anything', () => {
    const secret = 'S3cr3t-value';
    const withSecret = fc.oneof(
      fc.constant(secret),
      fc.string(),
      fc.string().map((text) => `${text}${secret}${text}`),
    );
    const values = fc.object({ key: withSecret, values: [withSecret, fc.integer(), fc.constant(null)], maxDepth: 3 });
    fc.assert(
      fc.property(values, (value) => {
        expect(JSON.stringify(maskOf(secret).json(value as Json))).not.toContain(secret);
      }),
      { numRuns: 100 },
    );
  });
});
