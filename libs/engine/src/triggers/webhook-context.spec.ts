import { describe, expect, it } from '@jest/globals';
import { isWebhookWorkflow, type WebhookWorkflow } from '../contract/compiled-workflow.js';
import type { StoredRequest, TriggerContext } from '../contract/request.js';
import { compileWith } from '../definition/compile-workflow.js';
import { renderTemplate } from '../expression/template.js';
import { asyncReplyIsTemplated, asyncReplyStatus, filteredReply, renderAsyncReply } from './async-reply.js';
import { evaluateDedupKey } from './dedup-key.js';
import { evaluateFilter } from './filter.js';
import { deriveContext, manualContext } from './webhook-context.js';

const limits = {
  jsonDepth: 64,
  jsonKeys: 10_000,
  multipartParts: 50,
  multipartField: 1024 ** 2,
  multipartFile: 1024 ** 2,
  xmlBytes: 1024 ** 2,
};
const compile = compileWith(new Map());

function workflow(trigger: object = {}): WebhookWorkflow {
  const result = compile({ key: 'orders', trigger: { type: 'webhook', ...trigger }, nodes: [] });
  if (!result.ok || !isWebhookWorkflow(result.workflow)) throw new Error(JSON.stringify(result));
  return result.workflow;
}

type Given = Partial<Omit<StoredRequest, 'rawHeaders' | 'body'>>;

function request(body: string | Buffer, more: Given = {}): StoredRequest {
  const headers = more.headers ?? { 'content-type': 'application/json', 'x-request-id': 'r1' };
  return {
    id: '019aa000-0000-7000-8000-000000000000',
    receivedAt: new Date('2026-11-22T10:00:00.000Z'),
    method: 'POST',
    url: '/api/webhooks/orders?query[0][a]=7&b=1',
    ip: '192.0.2.7',
    body: Buffer.from(body as string),
    content: null,
    deliveryId: null,
    ...more,
    headers,
    rawHeaders: Object.entries(headers),
  };
}

function context(flow: WebhookWorkflow, from: StoredRequest): TriggerContext {
  const derived = deriveContext(from, flow, limits);
  if (!derived.ok) throw new Error(derived.code);
  return derived.context;
}

function dedupKey(key: string, from: StoredRequest, trigger: object = {}): string | null {
  const flow = workflow({ ...trigger, dedup: { key } });
  return evaluateDedupKey(flow, from, context(flow, from), {});
}

describe('deriveContext', () => {
  it('gives everything that contract and source documents name', () => {
    expect({ ...context(workflow(), request('{"event":"test","data":{"message":"Hello"}}')) }).toEqual({
      data: { event: 'test', data: { message: 'Hello' } },
      body: { event: 'test', data: { message: 'Hello' } },
      headers: { 'content-type': 'application/json', 'x-request-id': 'r1' },
      query: { query: [{ a: '7' }], b: '1' },
      params: { key: 'orders' },
      files: {},
      method: 'POST',
      path: '/api/webhooks/orders',
      url: '/api/webhooks/orders?query[0][a]=7&b=1',
      ip: '192.0.2.7',
      receivedAt: '2026-11-22T10:00:00.000Z',
      requestId: '019aa000-0000-7000-8000-000000000000',
      deliveryId: null,
      rawBody: '{"event":"test","data":{"message":"Hello"}}',
      rawSha256: 'dba2f89982dca0336fd168139697de56ea21e2144da980f4e1796962c05eb8a9',
      vars: {},
    });
  });

  it('shows the raw body to templates and to JSON alike', () => {
    const derived = context(workflow(), request('{"a":1}'));
    const copy = JSON.parse(JSON.stringify(derived)) as TriggerContext;
    expect(copy.rawBody).toBe('{"a":1}');
    expect(renderTemplate('{{$context.rawSha256}}', { $context: derived })).toBe(copy.rawSha256);
    expect(Object.keys(derived)).toEqual(expect.arrayContaining(['rawBody', 'rawSha256']));
  });

  it('takes parameters from the custom path', () => {
    const flow = workflow({ path: 'shop/:region' });
    expect(context(flow, request('', { url: '/api/webhooks/shop/eu%20west' })).params).toEqual({
      key: 'orders',
      region: 'eu west',
    });
    expect(context(flow, request('', { url: '/api/webhook:trigger/orders' })).params).toEqual({ key: 'orders' });
  });

  it('names the declared variables by alias, else by the path as written', () => {
    const parse = {
      headers: ['X-Request-Id', 'date'],
      query: [{ path: 'query[0].a', alias: 'First' }],
      body: [{ path: 'b.c' }, { path: 'none' }],
    };
    expect(context(workflow({ parse }), request('{"b":{"c":2}}')).vars).toEqual({
      'X-Request-Id': 'r1',
      First: '7',
      'b.c': 2,
    });
  });

  it('refuses a query that is too complex', () => {
    const url = `/x?${'a=1&'.repeat(1001)}`;
    expect(deriveContext(request('{}', { url }), workflow(), limits)).toMatchObject({
      ok: false,
      status: 400,
      code: 'body_too_complex',
    });
  });

  it('has a list for a parameter that comes again', () => {
    expect(context(workflow(), request('{}', { url: '/x?x=1&x=2&__proto__[a]=1' })).query).toEqual({ x: ['1', '2'] });
  });

  const upload = (field: string): Buffer =>
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="${field}"\r\nContent-Type: application/json\r\n\r\n` +
        '{"id":9007199254740993}\r\n--b\r\nContent-Disposition: form-data; name="photo"; filename="p.png"\r\n' +
        'Content-Type: image/png\r\n\r\nPNG\r\n--b--\r\n',
    );
  const multipart = { 'content-type': 'multipart/form-data; boundary=b' };

  it('shows the files of a multipart form to templates, to JSON and to copies alike', () => {
    const derived = context(workflow(), request(upload('order'), { headers: multipart }));
    const photo = { filename: 'p.png', contentType: 'image/png', size: 3, data: 'UE5H' };
    expect(derived.files).toEqual({ photo: [photo] });
    expect(renderTemplate('{{$context.files.photo[0].data}}', { $context: derived })).toBe('UE5H');
    expect(JSON.parse(JSON.stringify(derived.files))).toEqual({ photo: [photo] });
    expect(structuredClone(derived.files)).toEqual({ photo: [photo] });
  });

  it('makes files of nothing but a multipart form', () => {
    const body = '{"files":{"f":[{"filename":"x","filepath":"/etc/passwd"}]}}';
    const derived = context(workflow(), request(body));
    expect([derived.files, derived.data]).toEqual([{}, JSON.parse(body)]);
  });

  it('is the event that the preset sends in a form field', () => {
    const auth = [{ type: 'signature', provider: 'github', secrets: ['{{$env.GH}}'] }];
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const from = request('payload=%7B%22id%22%3A9007199254740993%7D', form);
    expect(context(workflow({ auth }), from)).toMatchObject({
      data: { id: 9007199254740992 },
      rawBody: 'payload=%7B%22id%22%3A9007199254740993%7D',
    });
    expect(context(workflow(), from).data).toEqual({ payload: '{"id":9007199254740993}' });
    expect(dedupKey('{{$context.data.id}}', from, { auth })).toBe('9007199254740993');
  });

  it('has the raw text in the charset of the body', () => {
    const bytes = Buffer.from([0xd6, 0xd0, 0xff]);
    const text = (type: string): string =>
      context(workflow(), request(bytes, { headers: { 'content-type': type } })).rawBody;
    expect(text('text/plain; charset=gbk')).toBe('中\uFFFD');
    expect(text('text/plain')).toBe('\uFFFD\uFFFD\uFFFD');
    expect(text('application/octet-stream; charset=klingon')).toBe('\uFFFD\uFFFD\uFFFD');
  });

  it('reads content that was decrypted as what it is, its ids without loss', () => {
    const content = { body: Buffer.from('{"id":9007199254740993}'), contentType: 'application/json' };
    const from = request('<xml>secret</xml>', { headers: { 'content-type': 'text/xml' }, content });
    expect(context(workflow(), from)).toMatchObject({ data: { id: 9007199254740992 }, rawBody: '<xml>secret</xml>' });
    expect(dedupKey('{{$context.data.id}}', from)).toBe('9007199254740993');
  });

  it('takes ids of JSON fields without loss', () => {
    expect(dedupKey('{{$context.data.order.id}}', request(upload('order'), { headers: multipart }))).toBe(
      '9007199254740993',
    );
  });

  it('passes on why a body is refused', () => {
    expect(deriveContext(request('{'), workflow(), limits)).toMatchObject({
      ok: false,
      status: 400,
      code: 'malformed_body',
    });
  });
});

describe('manualContext', () => {
  it('fills in what was not given', () => {
    expect({ ...manualContext({ body: { a: 1 }, headers: { 'X-A': 'b' } }) }).toMatchObject({
      data: { a: 1 },
      body: { a: 1 },
      headers: { 'x-a': 'b' },
      query: {},
      params: {},
      method: 'POST',
      rawBody: '{"a":1}',
      vars: {},
    });
  });

  it.each([[null], [5], [[]], [{ headers: 5, params: null, vars: 'x', method: 1 }]])('accepts %j', (input) => {
    expect(manualContext(input)).toMatchObject({ data: null, headers: {}, params: {}, vars: {}, rawBody: '' });
  });
});

describe('evaluateDedupKey', () => {
  it('keeps numbers apart that JavaScript takes for one', () => {
    const ids = ['9007199254740992', '9007199254740993', '1.0', '1e400'];
    expect(ids.map((id) => dedupKey('{{$context.data.id}}', request(`{"id":${id}}`)))).toEqual(ids);
    expect(dedupKey('{{$context.body.o}}', request('{"o":{"id":9007199254740993}}'))).toContain('9007199254740993');
  });

  it('is lossless through declared variables too', () => {
    const parse = { body: [{ path: 'id', alias: 'Id' }] };
    expect(dedupKey('{{$context.vars.Id}}', request('{"id":9007199254740993}'), { parse })).toBe('9007199254740993');
  });

  it('joins parts, and reads headers and the hash of the raw body', () => {
    const from = request('{"a":"x","b":2}');
    expect(dedupKey('{{$context.headers.X-Request-Id}}/{{$context.data.a}}/{{$context.data.b}}', from)).toBe('r1/x/2');
    expect(dedupKey('{{$context.rawSha256}}', from)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is null without a key and for an empty one', () => {
    const from = request('{"a":" ","n":null}');
    expect(evaluateDedupKey(workflow(), from, context(workflow(), from), {})).toBeNull();
    expect(['a', 'n', 'none'].map((name) => dedupKey(`{{$context.data.${name}}}`, from))).toEqual([null, null, null]);
  });
});

describe('evaluateFilter', () => {
  const from = request('{"ref":"refs/heads/main","n":5}');

  it('lets everything pass when there is none', () => {
    expect(evaluateFilter(workflow(), context(workflow(), from), {})).toBe(true);
  });

  it.each<[object, boolean]>([
    [{ calculation: { calculator: 'equal', operands: ['{{$context.data.ref}}', 'refs/heads/main'] } }, true],
    [{ calculation: { calculator: 'equal', operands: ['{{$env.BRANCH}}', '{{$context.data.ref}}'] } }, false],
    [{ engine: 'math.js', expression: '{{$context.data.n}} - 5' }, false],
    [{ engine: 'math.js', expression: '{{$context.data.n}} > 4' }, true],
  ])('%j is %s', (filter, expected) => {
    const flow = workflow({ filter });
    expect(evaluateFilter(flow, context(flow, from), { BRANCH: 'dev' })).toBe(expected);
  });

  it('throws filter_failed when it cannot be evaluated', () => {
    const flow = workflow({ filter: { engine: 'math.js', expression: '{{$context.data.ref}} > 4' } });
    expect(() => evaluateFilter(flow, context(flow, from), {})).toThrow(
      expect.objectContaining({ code: 'filter_failed' }),
    );
  });
});

describe('renderAsyncReply', () => {
  const parts = {
    context: manualContext({ data: { name: 'Ann' } }),
    env: { E: 'v' },
    executionId: 'x1',
    version: 3,
    now: new Date(0),
  };
  const plain = { 'content-type': 'text/plain; charset=utf-8' };

  it('is 200 ok by default', () => {
    expect(renderAsyncReply(workflow(), parts)).toEqual({ status: 200, headers: plain, body: 'ok' });
    expect(filteredReply(workflow({ mode: 'sync' }), parts)).toEqual({ status: 200, headers: plain, body: 'ok' });
  });

  it('is what the trigger says, and the default for the rest', () => {
    const flow = workflow({ response: { status: 202, headers: { 'X-A': 'b' } } });
    expect([asyncReplyIsTemplated(flow), renderAsyncReply(flow, parts)]).toEqual([
      false,
      { status: 202, headers: { ...plain, 'x-a': 'b' }, body: 'ok' },
    ]);
    Object.assign(renderAsyncReply(flow, parts).headers, { 'x-request-id': 'r' });
    expect(renderAsyncReply(flow, parts).headers).toEqual({ ...plain, 'x-a': 'b' });
  });

  it('has a status that is known beforehand, unless a template gives it', () => {
    const status = (response: object) => asyncReplyStatus(workflow({ response }));
    expect(asyncReplyStatus(workflow())).toBe(200);
    expect(status({ body: '{{$context.data.name}}' })).toBe(200);
    expect(status({ status: 202, body: '{{$context.data.name}}' })).toBe(202);
    expect(status({ status: '{{$context.data.code}}' })).toBeNull();
  });

  it('renders templates for each request', () => {
    const flow = workflow({
      response: {
        body: '{{$context.data.name}} {{$execution.id}} {{$execution.version}} {{$env.E}} {{$system.epoch}}',
      },
    });
    expect(asyncReplyIsTemplated(flow)).toBe(true);
    expect(renderAsyncReply(flow, parts).body).toBe('Ann x1 3 v 0');
    expect(renderAsyncReply(flow, { ...parts, executionId: 'x2' }).body).toBe('Ann x2 3 v 0');
  });
});
