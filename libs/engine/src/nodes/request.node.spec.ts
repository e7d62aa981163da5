import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import type { Outcome } from '../contract/outcome.js';
import type { HttpRequest } from '../contract/ports.js';
import { fakeHttp, type FakeHttp, type ScriptedAnswer } from '../testing/fake-http.js';
import { runNode, type NodeTest } from '../testing/run-node.js';
import { parseBody } from '../triggers/parse-body/parse-body.js';
import { parseLimits } from '../triggers/parse-body/parse-limits.js';
import { requestNode } from './request.node.js';

const url = 'https://example.com/x';

function call(config: JsonObject, http: FakeHttp, test: Partial<NodeTest> = {}): Promise<Outcome> {
  return runNode(requestNode, { ...test, config: { url, ...config }, ports: { http } });
}

async function sent(config: JsonObject, context: Json = {}): Promise<HttpRequest> {
  const http = fakeHttp();
  await call(config, http, { context });
  const request = http.sent[0];
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

describe('request: what is sent', () => {
  it('is a JSON POST with a time-out of 5 seconds when nothing else is said', async () => {
    const request = await sent({ data: { id: '{{$context.id}}' } }, { id: 7 });
    expect(request).toMatchObject({ url, method: 'POST', body: '{"id":7}', timeoutMs: 5000 });
    expect(request.headers).toEqual({ 'content-type': 'application/json', 'x-hookmill-hops': '1' });
  });

  it('has no body for a GET or without data', async () => {
    expect(await sent({ method: 'GET', data: { a: 1 } })).toMatchObject({ body: null });
    expect(await sent({ method: 'DELETE' })).toMatchObject({ method: 'DELETE', body: null });
  });

  it('passes on a file that came with the request', async () => {
    const upload = new FormData();
    upload.append('photo', new Blob(['\u0000PNG'], { type: 'image/png' }), 'a "b".png');
    const response = new Response(upload);
    const parsed = parseBody(
      Buffer.from(await response.arrayBuffer()),
      response.headers.get('content-type') ?? undefined,
      parseLimits({
        JSON_LIMITS: { depth: 64, keys: 10_000 },
        MULTIPART_LIMITS: { parts: 50, field: 1024, file: 0 },
        XML_LIMITS: { bytes: 1024 },
      }),
    );
    if (!parsed.ok) throw new Error(parsed.detail);
    for (const file of ['{{$context.files.photo[0]}}', '{{$context.files.photo}}']) {
      const data = [{ name: 'scan', valueType: 'file', file }];
      const { headers, body } = await sent({ contentType: 'multipart/form-data', data }, { files: parsed.files });
      const form = await new Response(body, { headers: { 'content-type': headers['content-type']! } }).formData();
      const scan = form.get('scan') as File;
      expect([scan.name, scan.type, await scan.text()]).toEqual(['a "b".png', 'image/png', '\u0000PNG']);
    }
  });

  it('names a call that may be made again', async () => {
    const key = async (config: JsonObject): Promise<string | undefined> =>
      (await sent(config)).headers['idempotency-key'];
    expect(await key({ method: 'GET' })).toMatch(/^[0-9a-f]{40}$/);
    expect(await key({ repeatable: true })).toMatch(/^[0-9a-f]{40}$/);
    expect(await key({ method: 'GET', headers: [{ name: 'Idempotency-Key', value: 'mine' }] })).toBe('mine');
    expect(await key({ method: 'PUT' })).toBeUndefined();
  });

  it('sends JSON text as it is and other text as a JSON string', async () => {
    expect((await sent({ data: '{"a": {{$context.a | json}}}' }, { a: 'x"y' })).body).toBe('{"a": "x\\"y"}');
    expect((await sent({ data: 'plain' })).body).toBe('"plain"');
  });

  it('appends params to the query, encoded', async () => {
    const params = [
      { name: 'q', value: '{{$context.q}}' },
      { name: 'n', value: 5 },
    ];
    expect((await sent({ url: 'https://example.com/x?a=1', params }, { q: 'b&c=d' })).url).toBe(
      'https://example.com/x?a=1&q=b%26c%3Dd&n=5',
    );
  });

  it('lets the content type win over a header and joins repeated ones', async () => {
    const headers = [
      { name: 'Content-Type', value: 'text/evil' },
      { name: 'X-A', value: 'b' },
      { name: 'x-a', value: '{{$context.n}}' },
    ];
    expect((await sent({ headers, data: 'x', contentType: 'text/plain' }, { n: 1 })).headers).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'x-a': 'b, 1',
      'x-hookmill-hops': '1',
    });
  });

  it('encodes a form from an object or a list', async () => {
    const contentType = 'application/x-www-form-urlencoded';
    expect(await sent({ contentType, data: { a: 'b c', d: { e: 1 } } })).toMatchObject({
      headers: { 'content-type': contentType },
      body: 'a=b+c&d=%7B%22e%22%3A1%7D',
    });
    const list = [
      { name: 'a', value: 1 },
      { name: 'a', value: 2 },
    ];
    expect((await sent({ contentType, data: list })).body).toBe('a=1&a=2');
  });

  it('encodes multipart text parts, names escaped', async () => {
    const data: Json = [
      { name: 'a"\r\nx: y', valueType: 'text', text: 'one' },
      { name: 'b', value: 'two' },
    ];
    const request = await sent({ contentType: 'multipart/form-data', data });
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
    expect(request.body?.toString()).toBe(
      `--${boundary}\r\ncontent-disposition: form-data; name="a%22%0D%0Ax: y"\r\n\r\none\r\n` +
        `--${boundary}\r\ncontent-disposition: form-data; name="b"\r\n\r\ntwo\r\n--${boundary}--\r\n`,
    );
  });

  it('sends files of the trigger as multipart parts, byte for byte', async () => {
    const data: Json = [
      { name: 'a', valueType: 'text', text: 'one' },
      { name: 'scan', valueType: 'file', file: '{{$context.files.scan}}' },
      { name: 'all', valueType: 'file', file: '{{$context.files.all}}' },
      { name: 'log', valueType: 'file', file: 'line' },
    ];
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
    const file = { filename: 'a"b.png', contentType: 'image/png', data: bytes.toString('base64') };
    const files = { scan: file, all: [file, { data: '' }] };
    const request = await sent({ contentType: 'multipart/form-data', data }, { files });
    const form = await new Response(request.body as unknown as ConstructorParameters<typeof Response>[0], {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    const told = await Promise.all(
      [...form.entries()].map(async ([name, value]) =>
        typeof value === 'string'
          ? [name, value]
          : [name, value.name, value.type, Buffer.from(await value.arrayBuffer()).toString('hex')],
      ),
    );
    expect(told).toEqual([
      ['a', 'one'],
      ['scan', 'a"b.png', 'image/png', bytes.toString('hex')],
      ['all', 'a"b.png', 'image/png', bytes.toString('hex')],
      ['all', 'all', 'application/octet-stream', ''],
      ['log', 'log', 'text/plain; charset=utf-8', Buffer.from('line').toString('hex')],
    ]);
  });

  it('lets no upload write part headers of its own', async () => {
    const files = { f: { filename: 'x\r\nx-a: b', contentType: 'text/plain\r\nx-c: d', data: '' } };
    const data: Json = [{ name: 'f', valueType: 'file', file: '{{$context.files.f}}' }];
    const { body } = await sent({ contentType: 'multipart/form-data', data }, { files });
    expect(body?.toString()).toContain('filename="x%0D%0Ax-a: b"\r\ncontent-type: application/octet-stream\r\n\r\n');
  });

  it.each<[string, Json]>([
    ['multipart/form-data', [{ name: 'f', valueType: 'file', file: 5 }]],
    ['multipart/form-data', [{ name: 'f', valueType: 'file' }]],
    ['multipart/form-data', [{ name: 'f', valueType: 'file', file: { filename: 'a', data: 'not base64!' } }]],
    ['multipart/form-data', [{ value: 'x' }]],
    ['multipart/form-data', 'text'],
    ['application/x-www-form-urlencoded', [{ name: 'f', valueType: 'file', file: 'x' }]],
  ])('is nothing when a %s body cannot be made of %j', async (contentType, data) => {
    const http = fakeHttp();
    expect(await call({ contentType, data }, http)).toMatchObject({ kind: 'fail', error: { code: 'invalid_data' } });
    expect(http.sent).toEqual([]);
  });

  it('T54: counts the hop, whatever the config says', async () => {
    const hops = async (headers: Json): Promise<string | undefined> => {
      const http = fakeHttp();
      const config = { headers: [{ name: 'X-Hookmill-Hops', value: '0' }] };
      await call(config, http, { context: { headers } });
      return http.sent[0]?.headers['x-hookmill-hops'];
    };
    expect(await hops({})).toBe('1');
    expect(await hops({ 'x-hookmill-hops': '4' })).toBe('5');
    expect(await hops({ 'x-hookmill-hops': 'many' })).toBe('1');
    expect(await hops(null)).toBe('1');
  });

  it('sends XML and text as they are', async () => {
    const request = await sent({ contentType: 'application/xml', data: '<a>{{$context.a}}</a>' }, { a: 1 });
    expect(request).toMatchObject({ body: '<a>1</a>', headers: { 'content-type': 'application/xml; charset=utf-8' } });
  });

  it('is nothing when a template gave no http URL', async () => {
    for (const made of ['ftp://example.com', 'file:///etc/passwd', '/relative', 'not a url', null]) {
      const http = fakeHttp();
      const outcome = await call({ url: '{{$context.url}}' }, http, { context: { url: made } });
      expect(outcome).toMatchObject({ kind: 'fail', status: 'failed', error: { code: 'invalid_url' } });
      expect(http.sent).toEqual([]);
    }
  });

  it('is nothing when a payload tries to add a header or a second message', async () => {
    for (const value of ['a\r\nx-b: c', 'a\nb', 'a\u0000b']) {
      const http = fakeHttp();
      const outcome = await call({ headers: [{ name: 'x-a', value: '{{$context.v}}' }] }, http, {
        context: { v: value },
      });
      expect(outcome).toMatchObject({ kind: 'fail', error: { code: 'invalid_header' } });
      expect(http.sent).toEqual([]);
    }
  });
});

describe('request: what comes back', () => {
  const answers = async (answer: ScriptedAnswer, config: JsonObject = {}): Promise<Outcome> =>
    call(config, fakeHttp(answer));

  it('is status, headers and parsed data', async () => {
    expect(await answers({ status: 201, statusText: 'Created', body: { a: 1 } })).toEqual({
      kind: 'done',
      result: { status: 201, statusText: 'Created', headers: { 'content-type': 'application/json' }, data: { a: 1 } },
    });
  });

  it('is only the data when asked', async () => {
    expect(await answers({ body: { a: 1 } }, { onlyData: true })).toEqual({ kind: 'done', result: { a: 1 } });
  });

  it('is read by its content type', async () => {
    const data = async (type: string | null, body: string | Buffer): Promise<unknown> => {
      const headers: Record<string, string> = type === null ? {} : { 'content-type': type };
      const outcome = await answers({ headers, body }, { onlyData: true });
      return 'result' in outcome ? outcome.result : undefined;
    };
    expect(await data('application/problem+json; charset=utf-8', '{"a":1}')).toEqual({ a: 1 });
    expect(await data('application/json', '{broken')).toBe('{broken');
    expect(await data('text/plain', '{"a":1}')).toBe('{"a":1}');
    expect(await data('text/plain; charset="iso-8859-1"', Buffer.from([0xe9]))).toBe('é');
    expect(await data('image/png', Buffer.from([1, 2, 255]))).toBe('AQL/');
    expect(await data(null, '[1]')).toEqual([1]);
    expect(await data('application/json', '')).toBeNull();
  });

  it('fails on any status but 2xx, with what the receiver said', async () => {
    expect(await answers({ status: 404, statusText: 'Not Found', body: { why: 'gone' } })).toEqual({
      kind: 'fail',
      status: 'failed',
      error: { code: 'http_status', message: 'The receiver answered 404 Not Found.' },
      result: {
        message: 'The receiver answered 404 Not Found.',
        status: 404,
        statusText: 'Not Found',
        data: { why: 'gone' },
      },
    });
  });

  it('fails with the code timeout when nobody answered in time', async () => {
    const http = fakeHttp({ ok: false, code: 'timeout', message: 'No answer within 5000 ms.' });
    expect(await call({}, http)).toMatchObject({ kind: 'fail', status: 'failed', error: { code: 'timeout' } });
    const unreached = fakeHttp({ ok: false, code: 'connect', message: 'No connection.', timedOut: true });
    expect(await call({ retry: { attempts: 2, backoff: 0 } }, unreached)).toMatchObject({
      kind: 'fail',
      status: 'failed',
      error: { code: 'timeout' },
    });
    expect(unreached.sent).toHaveLength(2);
  });

  it('goes on with the failure as result when failures are ignored', async () => {
    expect(
      await answers({ status: 500, body: 'oops', headers: { 'content-type': 'text/plain' } }, { ignoreFail: true }),
    ).toEqual({
      kind: 'done',
      result: { message: 'The receiver answered 500.', status: 500, statusText: '', data: 'oops' },
    });
    const http = fakeHttp({ ok: false, code: 'connect', message: 'Connection refused.' });
    expect(await call({ ignoreFail: true }, http)).toEqual({
      kind: 'done',
      result: { message: 'Connection refused.', code: 'connect' },
    });
  });

  it('does not go on when the execution was stopped', async () => {
    const http = fakeHttp({ ok: false, code: 'aborted', message: 'Stopped.' });
    expect(await call({ ignoreFail: true }, http)).toMatchObject({ kind: 'fail', status: 'aborted' });
  });
});

describe('request: doing it again when nobody knows how it went', () => {
  it.each<[JsonObject, boolean]>([
    [{}, false],
    [{ method: 'POST' }, false],
    [{ method: 'PUT', repeatable: false }, false],
    [{ method: 'POST', repeatable: true }, true],
    [{ method: 'GET' }, true],
  ])('with %j is allowed: %s', (config, allowed) => {
    expect(requestNode.isRepeatable?.({ url, ...config })).toBe(allowed);
  });
});

describe('request: faults of its config', () => {
  const faultsOf = (config: JsonObject): unknown[] => {
    const node = { key: 'r', type: 'request', config, branches: {} };
    return (requestNode.check?.({ url, ...config }, node) ?? []).map(({ pointer, code }) => [pointer, code]);
  };

  it('are URLs and headers that can never be sent', () => {
    expect(faultsOf({ url: 'gopher://example.com' })).toEqual([['/url', 'invalid']]);
    expect(
      faultsOf({
        headers: [
          { name: 'a b', value: 'x' },
          { name: 'Host', value: 'x' },
          { name: 'x-a', value: 'a\nb' },
        ],
      }),
    ).toEqual([
      ['/headers/0', 'invalid'],
      ['/headers/1', 'invalid'],
      ['/headers/2', 'invalid'],
    ]);
  });

  it('are not templates, which are judged when they are rendered', () => {
    expect(
      faultsOf({ url: '{{$env.BASE}}/x', headers: [{ name: '{{$context.n}}', value: '{{$context.v}}' }] }),
    ).toEqual([]);
  });
});
