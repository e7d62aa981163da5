import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signMessage } from '#signatures';
import { startEdge, type Answer, type EdgeRig, type SendOptions } from '../edge-rig.js';
import { exchangeRaw, type RawAnswer } from '../raw-exchange.js';

const SECRET = 'a secret of sixteen and more';
const JSON_TYPE = { 'content-type': 'application/json' };

let rig: EdgeRig;
let port: number;

beforeAll(async () => {
  const env = {
    REQUEST_TIMEOUTS: 'headers=400ms,request=800ms',
    AUTH_FAILURE_LIMIT: 'count=50,per=1h',
    TRUSTED_PROXIES: '127.0.0.9',
  };
  rig = await startEdge({ env });
  port = Number(new URL(rig.gateways[0]!.url).port);
  await rig.secret('KEY', SECRET);
  await rig.save('open', { methods: ['POST', 'GET'] });
  await rig.save('small', { bodyLimit: '64kb' });
  await rig.save('github', { auth: [{ type: 'signature', provider: 'github', secrets: ['{{$env.KEY}}'] }] });
  await rig.save('token', { auth: [{ type: 'token', header: 'x-token', value: '{{$env.KEY}}' }] });
  await rig.save('budget', { auth: [{ type: 'token', header: 'x-token', value: '{{$env.KEY}}' }] });
  await rig.save('listed', { auth: [{ type: 'ip', allow: ['203.0.113.0/24', '2001:db8::/64'] }] });
  await rig.save('nobody', { auth: [{ type: 'ip', allow: ['192.0.2.1'] }] });
});
afterAll(async () => {
  await rig?.stop();
});

const post = (key: string, options: SendOptions = {}): Promise<Answer> => rig.send(`/api/webhooks/${key}`, options);

async function dataOf(answer: Answer) {
  const execution = await rig.storage.history.findExecution(String(answer.headers['x-execution-id']));
  return execution!.request!.body;
}

/** One raw request with these lines after the request line. */
function raw(lines: readonly string[], body = '', line = 'POST /api/webhooks/open HTTP/1.1'): Promise<RawAnswer[]> {
  return exchangeRaw(port, `${[line, 'Host: x', ...lines, '', ''].join('\r\n')}${body}`);
}

describe('T20 order of the gates', () => {
  it('T20 methods that are not allowed burn no budget, wrong secrets burn that of their address alone', async () => {
    for (let n = 0; n < 100; n += 1) expect((await post('budget', { method: 'GET' })).status).toBe(405);
    const right = { headers: { 'x-token': SECRET } };
    expect((await post('budget', right)).status).toBe(200);
    const wrong = { headers: { 'x-token': 'wrong' } };
    for (let n = 0; n < 50; n += 1) expect((await post('budget', wrong)).status).toBe(401);
    const refused = await post('budget', wrong);
    expect([refused.status, refused.code]).toEqual([429, 'too_many_failures']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await post('budget', { ...right, from: '127.0.0.7' })).status).toBe(200);
  });
});

describe('T21 body limit while streaming', () => {
  const large = 'x'.repeat(70_000);
  it.each([
    ['announced', [`Content-Length: ${large.length}`], large],
    ['chunked', ['Transfer-Encoding: chunked'], `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`],
  ])('T21 refuses a body over the limit that is %s, and closes', async (_how, lines, body) => {
    const [answer] = await raw(lines, body, 'POST /api/webhooks/small HTTP/1.1');
    expect([answer!.status, answer!.headers.connection]).toEqual([413, 'close']);
  });
  it('T21 never accepts a body that was cut off', async () => {
    const before = await rig.executionsOf('small');
    await raw(['Content-Length: 100'], '{"a":1}', 'POST /api/webhooks/small HTTP/1.1');
    await raw(['Transfer-Encoding: chunked'], '7\r\n{"a":1}\r\n', 'POST /api/webhooks/small HTTP/1.1');
    expect(await rig.executionsOf('small')).toBe(before);
  });
});

describe('T22 credentials before the body', () => {
  it('T22 refuses a wrong token while the body has not been sent', async () => {
    const [answer] = await raw(['X-Token: wrong', 'Content-Length: 9900000'], '', 'POST /api/webhooks/token HTTP/1.1');
    expect([answer!.status, answer!.headers.connection]).toEqual([401, 'close']);
  });
  it('T22 refuses an address that is not listed while the body has not been sent', async () => {
    const [answer] = await raw(['Content-Length: 9900000'], '', 'POST /api/webhooks/nobody HTTP/1.1');
    expect(answer!.status).toBe(403);
  });
  it('T22 does not ask a sender with a wrong token to go on', async () => {
    const lines = ['X-Token: wrong', 'Content-Length: 10', 'Expect: 100-continue'];
    const [answer] = await raw(lines, '', 'POST /api/webhooks/token HTTP/1.1');
    expect(answer!.status).toBe(401);
  });
});

describe('T23 decompression bombs', () => {
  const zeros = Buffer.alloc(30 * 1024 ** 2);
  it.each([
    ['gzip', gzipSync(zeros)],
    ['br', brotliCompressSync(zeros)],
  ])('T23 stops a bomb of %s at the limit', async (encoding, body) => {
    expect((await post('open', { headers: { 'content-encoding': encoding }, body })).status).toBe(413);
  });
  it('T23 takes one layer only', async () => {
    const body = gzipSync(gzipSync('{}'));
    expect((await post('open', { headers: { ...JSON_TYPE, 'content-encoding': 'gzip, gzip' }, body })).status).toBe(
      415,
    );
  });
  it('T23 verifies the signature over the bytes as sent', async () => {
    const request = { method: 'POST', url: 'https://hooks.example.test/api/webhooks/github' };
    const sign = (body: Buffer) =>
      signMessage(
        { provider: 'github', secrets: [SECRET] },
        { ...request, headers: { ...JSON_TYPE }, body },
        new Date(),
      ).headers;
    const packed = gzipSync('{"a":1}');
    const send = (headers: Record<string, string>) =>
      post('github', { headers: { ...headers, 'content-encoding': 'gzip' }, body: packed });
    expect((await send(sign(packed))).status).toBe(200);
    expect((await send(sign(Buffer.from('{"a":1}')))).status).toBe(401);
  });
});

describe('T24 deep and wide JSON', () => {
  it.each([
    ['200,000 lists in each other', '['.repeat(200_000)],
    ['65 objects in each other', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['10,001 names', `{${Array.from({ length: 10_001 }, (_, n) => `"k${n}":1`).join(',')}}`],
  ])('T24 refuses %s and stays alive', async (_what, body) => {
    expect((await post('open', { headers: JSON_TYPE, body })).status).toBe(400);
    expect((await post('open')).status).toBe(200);
  });
});

describe('T25 prototype pollution', () => {
  it.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
    '{"\\u005f_proto__":{"isAdmin":true}}',
  ])('T25 %s reaches no prototype', async (body) => {
    const status = (await post('open', { headers: JSON_TYPE, body })).status;
    expect([200, 400]).toContain(status);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });
  it('T25 a form, a query and a part named __proto__ reach no prototype either', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await rig.send('/api/webhooks/open?__proto__[isAdmin]=1', {
      headers: form,
      body: '__proto__[isAdmin]=1&a.__proto__=2',
    });
    const part = '--b\r\nContent-Disposition: form-data; name="__proto__[isAdmin]"\r\n\r\n1\r\n--b--\r\n';
    await post('open', { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: part });
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });
});

describe('T26 content-type confusion', () => {
  it('T26 JSON that looks like an uploaded file stays plain data', async () => {
    const body = '{"files":{"f":{"filepath":"/etc/passwd"}}}';
    const answer = await post('open', { headers: JSON_TYPE, body });
    expect((await dataOf(answer)).toString()).toBe(body);
  });
  it('T26 a multipart type over a JSON body is refused', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    expect((await post('open', { headers, body: '{"files":{}}' })).status).toBe(400);
  });
});

describe('T27 multipart limits', () => {
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  const part = (disposition: string, value = '1') =>
    `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
  it('T27 refuses 10,000 parts with 413', async () => {
    expect((await post('open', { headers: type, body: `${part('name="a"').repeat(10_000)}--b--\r\n` })).status).toBe(
      413,
    );
  });
  it('T27 refuses a field over its limit with 413', async () => {
    const body = `${part('name="a"', 'x'.repeat(1024 ** 2 + 1))}--b--\r\n`;
    expect((await post('open', { headers: type, body })).status).toBe(413);
  });
  it('T27 refuses parts in parts', async () => {
    const body =
      '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n';
    expect((await post('open', { headers: type, body })).status).toBe(400);
  });
});

describe('T28 doubled names', () => {
  it('T28 of equal names in JSON the last counts, a doubled parameter is a list', async () => {
    const response = { body: '{{$context.data.a}} {{$context.query.x.0}} {{$context.query.x.1}}' };
    await rig.save('doubled', { response });
    const answer = await rig.send('/api/webhooks/doubled?x=1&x=2', { headers: JSON_TYPE, body: '{"a":1,"a":2}' });
    expect(answer.text).toBe('2 1 2');
  });
});

describe('T29 XML', () => {
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
  it.each([
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['a billion laughs', `<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`],
    ['an undeclared entity', '<a>&x;</a>'],
    ['elements 200,000 deep', '<a>'.repeat(200_000)],
    ['no XML', '<a><b></a>'],
  ])('T29 refuses %s', async (_what, body) => {
    expect((await post('open', { headers: { 'content-type': 'application/xml' }, body })).status).toBe(400);
  });
});

describe('T30 bytes that are no UTF-8', () => {
  it('T30 accepts them when they were signed, and keeps them', async () => {
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    const request = {
      method: 'POST',
      url: 'https://hooks.example.test/api/webhooks/github',
      headers: { ...JSON_TYPE },
      body,
    };
    const { headers } = signMessage({ provider: 'github', secrets: [SECRET] }, request, new Date());
    const answer = await post('github', { headers, body });
    expect(answer.status).toBe(200);
    expect((await dataOf(answer)).equals(body)).toBe(true);
  });
});

describe('T31 slow clients', () => {
  it('T31 closes senders of a byte now and then, and answers the others meanwhile', async () => {
    const head = 'POST /api/webhooks/open HTTP/1.1\r\nHost: x\r\nX-Slow: ';
    const slow = Array.from({ length: 200 }, () => exchangeSlowly(port, head));
    const healthy = await Promise.all(Array.from({ length: 20 }, () => post('open')));
    expect(new Set(healthy.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(await Promise.all(slow))).toEqual(new Set([408]));
  });
});

describe('T32 header limits', () => {
  it.each([
    ['101 headers', Array.from({ length: 100 }, (_, n) => `X-${n}: 1`)],
    ['17 KB of headers', ['X-Long: '.padEnd(17 * 1024, 'v')]],
    ['64 KB of headers', ['X-Long: '.padEnd(64 * 1024, 'v')]],
  ])('T32 refuses %s with 431', async (_what, lines) => {
    const [answer] = await raw([...lines, 'Content-Length: 0']);
    expect(answer!.status).toBe(431);
  });
  it('T32 refuses a URL of 9 KB with 414', async () => {
    expect((await rig.send(`/api/webhooks/open?${'x'.repeat(9 * 1024)}`)).status).toBe(414);
  });
});

describe('T33 request smuggling', () => {
  it.each([
    ['a length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['two lengths', ['Content-Length: 4', 'Content-Length: 5'], 'abcd'],
    ['an unknown transfer encoding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['a space before the colon', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
    ['a folded line', ['X-A: 1', ' folded', 'Content-Length: 0'], ''],
    ['a negative length', ['Content-Length: -1'], ''],
    ['a length with a sign', ['Content-Length: +4'], 'abcd'],
    ['a bare carriage return', ['X-A: a\rb', 'Content-Length: 0'], ''],
    ['a NUL', ['X-A: a\u0000b', 'Content-Length: 0'], ''],
  ])('T33 refuses %s with 400 and closes', async (_what, lines, body) => {
    const answers = await raw(lines, body);
    expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual([[400, 'close']]);
  });
  it('T33 refuses lines that end in a bare line feed', async () => {
    const answers = await exchangeRaw(port, 'POST /api/webhooks/open HTTP/1.1\nHost: x\nContent-Length: 0\n\n');
    expect(answers.map(({ status }) => status)).toEqual([400]);
  });
  it('T33 a second request behind a refused one is not read', async () => {
    const second = 'POST /api/webhooks/open HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';
    const answers = await raw(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${second}`);
    expect(answers.map(({ status }) => status)).toEqual([400]);
  });
});

describe('T38 addresses', () => {
  const as = (forwarded: string, from?: string) =>
    post('listed', { headers: { 'x-forwarded-for': forwarded }, ...(from === undefined ? {} : { from }) });
  it.each([
    ['a claim of an untrusted peer', '203.0.113.7', undefined, 403],
    ['the word of a trusted proxy', '203.0.113.7', '127.0.0.9', 200],
    ['a claim left of an untrusted hop', '203.0.113.7, 198.51.100.1', '127.0.0.9', 403],
    ['an IPv4 address in IPv6', '::ffff:203.0.113.7', '127.0.0.9', 200],
    ['an address of the IPv6 range', '2001:db8::5', '127.0.0.9', 200],
    ['one of the next IPv6 range', '2001:db8:0:1::5', '127.0.0.9', 403],
    ['one that only begins alike', '203.0.113.70x', '127.0.0.9', 403],
    ['one with a number in front', '1203.0.113.7', '127.0.0.9', 403],
    ['octets with leading zeros', '203.0.113.007', '127.0.0.9', 403],
    ['a zone', '2001:db8::5%eth0', '127.0.0.9', 403],
    ['nothing', '', '127.0.0.9', 403],
  ])('T38 %s', async (_what, forwarded, from, status) => {
    expect((await as(forwarded, from)).status).toBe(status);
  });
  it('T38 an empty list cannot be stored', async () => {
    await expect(rig.save('empty-list', { auth: [{ type: 'ip', allow: [] }] })).rejects.toThrow(
      '/trigger/auth/0/allow',
    );
  });
});

/** Sends one byte more every 100 ms until it is answered or cut off. */
async function exchangeSlowly(to: number, head: string): Promise<number> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect(to, '127.0.0.1');
    let text = '';
    const drip = setInterval(() => socket.write('x'), 100);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? null : reject(error),
    );
    socket.on('close', () => {
      clearInterval(drip);
      resolve(Number(text.split(' ')[1]));
    });
    socket.write(head);
  });
}
