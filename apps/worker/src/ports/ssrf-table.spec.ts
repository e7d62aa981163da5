import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpClient } from './http-client.js';
import { startTestDns } from '../../../../test/support/start-test-dns.js';
import type { TestDns } from '../../../../test/support/start-test-dns.js';

/** A public address nobody announces: in the global unicast space, never handed out. */
const PUBLIC = '3ffe::1';

let dns: TestDns;
let client: ReturnType<typeof createHttpClient>;

beforeAll(async () => {
  dns = await startTestDns();
  client = createHttpClient({ lookup: dns.lookup, connectTimeoutMs: 200 });
});
afterAll(async () => {
  await client.close();
  await dns.close();
});
beforeEach(() => {
  dns.asked.length = 0;
});

async function codeOf(url: string): Promise<string> {
  const signal = new AbortController().signal;
  const result = await client.send({ url, method: 'GET', headers: {}, body: null, timeoutMs: 1_000, signal });
  return result.ok ? `answered ${result.status}` : result.code;
}

/** Each is refused before any name is asked for and any connection is tried. */
const LITERALS: Record<string, string[]> = {
  'loopback, and this host': ['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '[::1]', '[::]'],
  'private networks': ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
  'networks of carriers, link-local and unique local': [
    '100.64.0.1',
    '100.127.255.255',
    '169.254.0.1',
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[fdff::1]',
  ],
  'metadata services': [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    'metadata',
    'metadata.google.internal',
    'METADATA.Google.Internal',
    'metadata.google.internal.',
    'metadata.google.internal..',
    'metadata。google。internal',
    'metadata.goog',
    'instance-data',
    'instance-data.ec2.internal',
  ],
  'special purposes': [
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
    '[100::1]',
    '[2001:2::1]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[5f00::1]',
    '[4000::1]',
  ],
  'IPv4 inside IPv6': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:10.0.0.1]',
    '[0:0:0:0:0:ffff:7f00:0001]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b::8.8.8.8]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
    '[2002:808:808::1]',
    '[2001:0:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  ],
  'other spellings of an IPv4 address': [
    '2130706433',
    '0x7f000001',
    '0x7F.0x0.0x0.0x1',
    '017700000001',
    '0177.0.0.1',
    '0177.0x0.0.1',
    '00000177.0.0.1',
    '127.1',
    '127.0.1',
    '0',
    '0x0',
    '3232235521',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '127.0.0.1.',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    '%31%32%37.0.0.1',
  ],
  'ports, which change nothing': ['127.0.0.1:80', '127.0.0.1:6379', '10.0.0.1:443', '[::1]:5432'],
};

const URLS: Record<string, string[]> = {
  'other schemes': [
    'file:///etc/passwd',
    'file://localhost/etc/passwd',
    'FILE:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'ftp://example.com/',
    'data:text/plain,x',
    'blob:http://127.0.0.1/x',
    'javascript:1',
    'dict://127.0.0.1:11211/stat',
    'ldap://127.0.0.1/',
    'ws://127.0.0.1/',
    'jar:http://127.0.0.1!/',
  ],
  'names before an @, and what parsers read differently': [
    'http://example.com@127.0.0.1/',
    'http://example.com:80@127.0.0.1/',
    'http://user:pass@example.com/',
    'http://user@example.com/',
    'http://127.0.0.1#@example.com/',
    'http://127.0.0.1?@example.com/',
    'http://127.0.0.1\\@example.com/',
    'http:\\\\127.0.0.1\\',
    'http:127.0.0.1',
    'http:///127.0.0.1/',
    ' http://127.0.0.1/ ',
    'ht\ttp://127.0.\n0.1/',
    'HTTP://127.0.0.1/',
    'https://127.0.0.1/',
  ],
};

/** Names by what DNS says of them: one address that is not public is one too many. */
const NAMES: [name: string, addresses: string[]][] = [
  ['localhost.', ['127.0.0.1']],
  ['localtest.example', ['127.0.0.1']],
  ['UPPER.example', ['10.0.0.1']],
  ['trailing-dot.example.', ['192.168.1.1']],
  ['zero.example', ['0.0.0.0']],
  ['metadata-in-disguise.example', ['169.254.169.254']],
  ['public-and-private.example', ['8.8.8.8', '10.0.0.1']],
  ['private-and-public.example', ['10.0.0.1', '8.8.8.8']],
  ['public-v6-and-loopback-v4.example', [PUBLIC, '127.0.0.1']],
  ['public-v4-and-loopback-v6.example', ['8.8.8.8', '::1']],
  ['mapped.example', ['::ffff:127.0.0.1']],
  ['nat64.example', ['64:ff9b::7f00:1']],
  ['ula.example', ['fd00::1']],
  ['bücher.example', ['127.0.0.1']],
];

describe('the SSRF table', () => {
  const rows = [
    ...Object.entries(LITERALS).flatMap(([group, hosts]) => hosts.map((host) => [group, `http://${host}/`])),
    ...Object.entries(URLS).flatMap(([group, urls]) => urls.map((url) => [group, url])),
  ] as [string, string][];

  it.each(rows)('T46: refuses %s: %j', async (_group, url) => {
    expect([await codeOf(url), dns.asked]).toEqual(['blocked', []]);
  });

  it.each(NAMES)('T46: refuses the name %s with %j', async (name, addresses) => {
    dns.answer(new URL(`http://${name}/`).hostname.replace(/\.$/, ''), addresses);
    expect(await codeOf(`http://${name}/`)).toBe('blocked');
    expect(dns.asked.length).toBeGreaterThan(0);
  });

  it.each(['http://1.2.3.4.5/', 'http://256.1.1.1/', 'http://[::1%25eth0]/', 'http://[::g]/', 'http://a b/', '//x/'])(
    'T46: %j is no URL at all',
    async (url) => {
      expect(await codeOf(url)).toBe('invalid_url');
    },
  );

  it('T46: lets a name pass whose addresses are all public, and tries no other address', async () => {
    dns.answer('public.example', [PUBLIC]);
    const signal = new AbortController().signal;
    const call = { method: 'GET', headers: {}, body: null, timeoutMs: 500, signal };
    const result = await client.send({ url: 'http://public.example/', ...call });
    // Nobody is there. That it was tried shows that the rows above were refused for their targets.
    expect(result).toMatchObject({ ok: false, code: 'connect' });
    expect(dns.asked.toSorted()).toEqual(['A public.example', 'AAAA public.example']);
  });

  it('T46: opens what HTTP_ALLOW_PRIVATE names, never more, and no metadata name', async () => {
    const open = createHttpClient({ allowPrivate: ['127.0.0.1/32', 'fd00::/8'], lookup: dns.lookup });
    const call = { method: 'GET', headers: {}, body: null, timeoutMs: 500, signal: new AbortController().signal };
    const code = async (url: string): Promise<string> => {
      const result = await open.send({ url, ...call });
      return result.ok ? 'answered' : result.code;
    };
    dns.answer('half-open.example', ['127.0.0.1', '127.0.0.2']);
    const codes = await Promise.all(
      ['127.0.0.1:1', '127.0.0.2:1', '10.0.0.1', 'half-open.example:1', 'metadata.goog'].map((host) =>
        code(`http://${host}/`),
      ),
    );
    await open.close();
    expect(codes).toEqual(['connect', 'blocked', 'blocked', 'blocked', 'blocked']);
  });
});
