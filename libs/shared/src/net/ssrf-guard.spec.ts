import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BlockedTarget, createSsrfGuard } from './ssrf-guard.js';
import type { ResolvedAddress } from './ssrf-guard.js';

const ipv4 = (address: string): ResolvedAddress => ({ address, family: 4 });
const ipv6 = (address: string): ResolvedAddress => ({ address, family: 6 });

async function verdict(url: string, answers: ResolvedAddress[] = [], allowPrivate: string[] = []): Promise<string> {
  const guard = createSsrfGuard({ allowPrivate, lookup: async () => answers });
  try {
    const parsed = new URL(url);
    guard.checkUrl(parsed);
    await guard.resolve(parsed.hostname);
    return 'allowed';
  } catch (error) {
    return error instanceof BlockedTarget ? 'blocked' : `other: ${(error as Error).message}`;
  }
}

describe('the SSRF guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://0/',
    'http://①②⑦.⓪.⓪.①/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:7f00:1::]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.100.100.200/',
    'http://168.63.129.16/',
    'http://192.0.0.192/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://metadata.google.internal/',
    'http://METADATA.google.internal./',
    'http://user:pass@example.com/',
    'http://example.com@127.0.0.1/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
    'data:text/plain,x',
  ])('refuses %s', async (url) => {
    expect(await verdict(url, [ipv4('93.184.216.34')])).toBe('blocked');
  });

  it.each([
    ['localhost.', [ipv4('127.0.0.1')]],
    ['127.0.0.1.nip.io', [ipv4('127.0.0.1')]],
    ['one-of-two.example', [ipv4('93.184.216.34'), ipv4('10.0.0.1')]],
    ['mapped.example', [ipv6('::ffff:10.0.0.1')]],
    ['six.example', [ipv4('93.184.216.34'), ipv6('::1')]],
    ['broken.example', [ipv4('not an address')]],
  ])('refuses %s for any of its addresses', async (host, answers) => {
    expect(await verdict(`http://${host}/`, answers)).toBe('blocked');
  });

  it.each([
    ['http://example.com/', [ipv4('93.184.216.34'), ipv6('2606:2800:220:1::1')]],
    ['https://8.8.8.8:8443/x', []],
    ['http://[2606:4700::1111]:80/', []],
  ])('allows %s', async (url, answers) => {
    expect(await verdict(url, answers)).toBe('allowed');
  });

  it('allows exactly the private ranges it is told to', async () => {
    const allow = ['10.1.0.0/16', 'fd00:1::/32'];
    expect(await verdict('http://10.1.2.3/', [], allow)).toBe('allowed');
    expect(await verdict('http://[::ffff:10.1.2.3]/', [], allow)).toBe('allowed');
    expect(await verdict('http://[fd00:1::5]/', [], allow)).toBe('allowed');
    expect(await verdict('http://10.2.0.1/', [], allow)).toBe('blocked');
    expect(await verdict('http://110.1.2.3/', [], allow)).toBe('allowed');
    expect(await verdict('http://[64:ff9b::a01:203]/', [], allow)).toBe('blocked');
  });

  it('refuses a malformed range at the start', () => {
    expect(() => createSsrfGuard({ allowPrivate: ['10.0.0.0'] })).toThrow(/HTTP_ALLOW_PRIVATE/);
  });

  it('refuses loopback and private networks however the number is written', async () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const first = fc.constantFrom([127], [10], [192, 168], [169, 254], [0]);
    await fc.assert(
      fc.asyncProperty(first, octet, octet, octet, fc.integer({ min: 0, max: 4 }), async (start, a, b, c, form) => {
        const [w, x, y, z] = [...start, a, b, c] as [number, number, number, number];
        const number = ((w * 256 + x) * 256 + y) * 256 + z;
        const forms = [
          `${w}.${x}.${y}.${z}`,
          `${number}`,
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          `[::ffff:${w}.${x}.${y}.${z}]`,
        ];
        expect(await verdict(`http://${forms[form]}/`)).toBe('blocked');
      }),
    );
  });
});
