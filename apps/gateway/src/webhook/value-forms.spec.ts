import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holdsForm, valueForms } from './value-forms.js';

describe('the forms of a secret', () => {
  it('are none for a value that is too short to be told from other text', () => {
    expect(valueForms('1234567')).toEqual([]);
  });

  it.each([
    ['as it is', 'x s3cr&t+v a y', true],
    ['in base64', `Bearer ${Buffer.from('s3cr&t+v a').toString('base64')}`, true],
    ['percent-encoded', 'a/s3cr%26t%2Bv%20a', true],
    ['percent-encoded in lower case and beyond need', '%733cr%26t%2bv+a', true],
    ['in part only', 's3cr&t+v', false],
    ['beside a bad escape', '%zz s3cr&t+v a', true],
  ])('are found %s', (_how, text, found) => {
    expect(holdsForm(text, valueForms('s3cr&t+v a'))).toBe(found);
  });

  it('are found in any text around them, and never throw', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40, unit: 'binary' });
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 20, unit: 'binary' }), (value, around) => {
        const forms = valueForms(value);
        return holdsForm(around + value + around, forms) && holdsForm(encodeURIComponent(value.toWellFormed()), forms);
      }),
    );
  });
});
