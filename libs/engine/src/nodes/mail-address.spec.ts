import { describe, expect, it } from '@jest/globals';
import { parseMailAddress } from './mail-address.js';

describe('an e-mail address', () => {
  it.each([
    ['ann@example.com', { name: '', address: 'ann@example.com' }],
    ['ann.b+tag@sub.example.com', { name: '', address: 'ann.b+tag@sub.example.com' }],
    ['Ann B <ann@example.com>', { name: 'Ann B', address: 'ann@example.com' }],
    ['"B, Ann" <ann@example.com>', { name: 'B, Ann', address: 'ann@example.com' }],
    ['"A \\"nn\\"" <ann@example.com>', { name: 'A "nn"', address: 'ann@example.com' }],
    ['<ann@example.com>', { name: '', address: 'ann@example.com' }],
    ['安@例子.中国', { name: '', address: '安@例子.中国' }],
    ['root@localhost', { name: '', address: 'root@localhost' }],
  ])('%s is read', (text, expected) => {
    expect(parseMailAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@example.com, eve@example.com',
    'ann@example.com;eve@example.com',
    'ann@example.com eve@example.com',
    'a@b@example.com',
    '<ann@example.com> <eve@example.com>',
    'Ann <ann@example.com',
    'Ann, eve@example.com <ann@example.com>',
    'ann@example.com\r\nBcc: eve@example.com',
    'ann@example.com\n',
    'Ann\r\nBcc: eve@example.com <ann@example.com>',
    'ann@example.com\0',
    '.ann@example.com',
    'ann..b@example.com',
    'ann@-example.com',
    'ann@exa_mple.com',
    '"a b"@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}`,
  ])('%j is refused', (text) => {
    expect(parseMailAddress(text)).toBeNull();
  });
});
