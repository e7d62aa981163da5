import { describe, expect, it } from '@jest/globals';
import { parseBasicCredentials, verifyBasic } from './basic.js';

const ann = { username: 'ann', password: 'pa:ss wörd' };
const header = (text: string) => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;

describe('basic credentials', () => {
  it('splits at the first colon only and reads UTF-8', () => {
    expect(parseBasicCredentials(header('ann:pa:ss wörd'))).toEqual(ann);
  });

  it('takes the scheme word in any case', () => {
    expect(verifyBasic(ann, header('ann:pa:ss wörd').replace('Basic', 'bASIC'))).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Basic',
    'Basic ',
    'Bearer YTpi',
    'YTpi',
    'Basic YTpi=',
    'Basic YTpi YTpi',
    'Basic YTpi, Basic YTpi',
    `Basic ${Buffer.from('nocolon').toString('base64')}`,
    `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`,
  ])('refuses the header %p', (text) => {
    expect(parseBasicCredentials(text)).toBeNull();
  });

  it('refuses a wrong name and a wrong password', () => {
    expect(verifyBasic(ann, header('bob:pa:ss wörd'))).toBe(false);
    expect(verifyBasic(ann, header('ann:pa'))).toBe(false);
  });

  it.each(['', '  '])('refuses everything when the configured password is %p', (password) => {
    expect(verifyBasic({ username: 'ann', password }, header(`ann:${password}`))).toBe(false);
  });
});
