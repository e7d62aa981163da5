import { describe, expect, it } from '@jest/globals';
import { normaliseAddress } from '#signatures';
import { addressBlock } from './address-block.js';

describe('what counts as one sender', () => {
  it.each([
    ['an IPv4 address', '192.0.2.7', '192.0.2.7'],
    ['an IPv4 address written as IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
    ['the first half of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['one whose zeros are left out at the end', '2001:db8::', '2001:db8:0:0::/64'],
    ['one whose zeros are left out in the middle', '2001:db8::1', '2001:db8:0:0::/64'],
    ['one whose zeros lie in the second half', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['one whose zeros lie in the first half', '::1:2:3:4:5', '0:0:0:1::/64'],
    ['one in capitals with leading zeros', '2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['the loopback address', '::1', '0:0:0:0::/64'],
  ])('is %s', (_what, address, block) => {
    expect(addressBlock(normaliseAddress(address) ?? '')).toBe(block);
  });

  it('is nobody when the connection was already gone', () => {
    expect(addressBlock('')).toBe('');
  });
});
