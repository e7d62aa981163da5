import { describe, expect, it } from '@jest/globals';
import { compileIpList } from '#signatures';
import { clientOrigin } from './client-origin.js';

const proxies = compileIpList(['10.0.0.0/8']);
const from = (remoteAddress: string, forwardedFor?: string, proto?: string) =>
  clientOrigin(
    { remoteAddress },
    { ...(forwardedFor ? { 'x-forwarded-for': forwardedFor } : {}), ...(proto ? { 'x-forwarded-proto': proto } : {}) },
    proxies,
  );

describe('clientOrigin', () => {
  it('ignores forwarding headers of a peer that is no trusted proxy', () => {
    expect(from('198.51.100.1', '203.0.113.1', 'https')).toEqual({ ip: '198.51.100.1', secure: false });
  });

  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['1.1.1.1, 203.0.113.1', '203.0.113.1'],
    ['1.1.1.1, 203.0.113.1, 10.0.0.2', '203.0.113.1'],
    ['10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['1.1.1.1, nonsense', '10.0.0.1'],
    ['1.1.1.1, nonsense, 10.0.0.2', '10.0.0.2'],
    ['203.0.113.1:4711', '203.0.113.1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['', '10.0.0.1'],
  ])('reads X-Forwarded-For %p from the right as %p', (list, ip) => {
    expect(from('10.0.0.1', list).ip).toBe(ip);
  });

  it('writes IPv4-mapped peers as IPv4 and forgets zones', () => {
    expect(from('::ffff:192.0.2.1').ip).toBe('192.0.2.1');
    expect(from('fe80::1%eth0').ip).toBe('fe80::1');
  });

  it('believes the protocol that the outermost trusted proxy saw', () => {
    expect(from('10.0.0.1', '203.0.113.1', 'https').secure).toBe(true);
    expect(from('10.0.0.1', '203.0.113.1, 10.0.0.2', 'https, http').secure).toBe(true);
    expect(from('10.0.0.1', '203.0.113.1', 'https, http').secure).toBe(false);
  });
});
