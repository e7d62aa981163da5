import { describe, expect, it } from '@jest/globals';
import { compileIpList, normaliseAddress } from './ip-list.js';

describe('compileIpList', () => {
  const list = compileIpList(['203.0.113.0/24', '10.0.0.1', '2001:db8::/64', '::ffff:198.51.100.0/120']);

  it.each(['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107', '10.0.0.1', '2001:db8::1', '198.51.100.9'])(
    'holds %s',
    (address) => expect(list.has(address)).toBe(true),
  );

  it.each([
    '203.0.114.7',
    '110.0.0.1',
    '10.0.0.10',
    '10.0.0.1x',
    '10.0.0.01',
    '010.0.0.1',
    '10.1',
    '0x0a000001',
    '167772161',
    '2001:db8:0:1::1',
    '2001:db8::1%eth0',
    'fe80::1%lo',
    '',
    'localhost',
    '10.0.0.1, 10.0.0.1',
  ])('does not hold %p', (address) => expect(list.has(address)).toBe(false));

  it('holds nobody when it is empty', () => {
    expect(compileIpList([]).has('127.0.0.1')).toBe(false);
  });

  it('does not take IPv4 for IPv6', () => {
    expect(compileIpList(['::/0']).has('10.0.0.1')).toBe(false);
    expect(compileIpList(['0.0.0.0/0']).has('2001:db8::1')).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'example.com', 'fe80::1%eth0/64', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1', ''])(
    'throws on the entry %p',
    (entry) => expect(() => compileIpList([entry])).toThrow('is not an IP address or CIDR range'),
  );
});

describe('normaliseAddress', () => {
  it('writes IPv4-mapped addresses as IPv4 and shortens IPv6', () => {
    expect(normaliseAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(normaliseAddress('2001:0DB8:0:0::1')).toBe('2001:db8::1');
    expect(normaliseAddress('192.0.2.1:80')).toBeNull();
  });
});
