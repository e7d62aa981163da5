import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const node = { type: 'calculation', config: { engine: 'math.js', expression: '1 + 1' } };
const document = (more: object = {}) => ({
  key: 'orders',
  title: 'Orders',
  trigger: { type: 'webhook', mode: 'async' },
  nodes: [node],
  ...more,
});
const withPath = (path: string, methods = ['POST']) => ({ trigger: { type: 'webhook', mode: 'async', path, methods } });

describe('the workflow routes', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  it('create a workflow with its URL, switched off unless the document says on', async () => {
    const answer = await test.call('POST', '/api/v1/workflows', { body: document() });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe('/api/v1/workflows/orders');
    expect(answer.json).toMatchObject({
      key: 'orders',
      title: 'Orders',
      mode: 'async',
      enabled: false,
      currentVersion: 1,
      version: 1,
      change: 'created',
      url: 'https://hooks.example.com/api/webhooks/orders',
    });
  });

  it('show the type of the trigger, and a URL only for webhooks', async () => {
    const body = document({ key: 'nightly', trigger: { type: 'schedule', repeat: '0 3 * * *' } });
    const { json } = await test.call('POST', '/api/v1/workflows', { body });
    expect(json).toMatchObject({ trigger: 'schedule', mode: 'async', url: null });
    await test.call('POST', '/api/v1/workflows', { body: document() });
    const list = await test.call('GET', '/api/v1/workflows');
    expect(list.json.items.map(({ trigger }: { trigger: string }) => trigger)).toEqual(['webhook', 'schedule']);
  });

  it('make a key of 11 base36 characters when there is none', async () => {
    const { json } = await test.call('POST', '/api/v1/workflows', { body: document({ key: undefined }) });
    expect(json.key).toMatch(/^[0-9a-z]{11}$/);
  });

  it('refuse a key in use with 409', async () => {
    await test.call('POST', '/api/v1/workflows', { body: document() });
    const answer = await test.call('POST', '/api/v1/workflows', { body: document() });
    expect([answer.status, answer.json.code]).toEqual([409, 'key_taken']);
  });

  it('take YAML as well', async () => {
    const body = 'key: from-yaml\nenabled: true\ntrigger: { type: webhook, mode: sync }\nnodes: []\n';
    const headers = { 'content-type': 'application/yaml' };
    const answer = await test.call('POST', '/api/v1/workflows', { body, headers });
    expect(answer.json).toMatchObject({ key: 'from-yaml', mode: 'sync', enabled: true });
  });

  it('tell every fault with its pointer, and store nothing', async () => {
    const body = document({ colour: 'red', nodes: [{ type: 'teleport', config: {} }] });
    const answer = await test.call('POST', '/api/v1/workflows', { body });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_document']);
    expect(answer.json.faults.map((fault: { pointer: string }) => fault.pointer)).toEqual(
      expect.arrayContaining(['/colour', '/nodes/0/type']),
    );
    expect((await test.call('GET', '/api/v1/workflows/orders')).status).toBe(404);
  });

  it.each([
    ['JSON cut short', '{"key":', 'application/json'],
    ['YAML with a stray bracket', 'key: [', 'application/yaml'],
    ['an alias bomb', bomb(), 'application/yaml'],
    ['YAML nested too deep', '['.repeat(5000), 'application/yaml'],
    ['JSON nested too deep', '['.repeat(5000) + ']'.repeat(5000), 'application/json'],
    ['a polluting key', '{"__proto__": {"a": 1}}', 'application/json'],
    ['nothing', '', 'application/json'],
  ])('refuse %s with 400', async (_what, body, type) => {
    const answer = await test.call('POST', '/api/v1/workflows', { body, headers: { 'content-type': type } });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json.faults).toHaveLength(1);
  });

  it.each([
    ['{"key":', 'application/json', /JSON/],
    ['{"nodes": [{"__proto__": 1}]}', 'application/json', /"__proto__".*rename it/],
    ['key: a\n---\nkey: b', 'application/yaml', /^Send one YAML document/],
    ['['.repeat(5000), 'application/yaml', /nests deeper than 200 levels/],
  ])('say of %j what to do about it', async (body, type, message) => {
    const answer = await test.call('POST', '/api/v1/workflows', { body, headers: { 'content-type': type } });
    expect(answer.json.faults).toEqual([{ pointer: '', code: 'syntax', message: expect.stringMatching(message) }]);
    expect(JSON.stringify(answer.json)).not.toMatch(/content-type is set|parseAllDocuments|call stack/);
  });

  it('refuse other content types with 415 and bodies over 2 MB with 413', async () => {
    const xml = await test.call('POST', '/api/v1/workflows', { body: '<a/>', headers: { 'content-type': 'text/xml' } });
    expect([xml.status, xml.json.code]).toEqual([415, 'unsupported_media_type']);
    const large = await test.call('POST', '/api/v1/workflows', { body: document({ title: 'x'.repeat(2_100_000) }) });
    expect([large.status, large.json.code]).toEqual([413, 'body_too_large']);
  });

  it('read the document back with its switch, generated node keys and ETag', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document({ enabled: true }) });
    const answer = await test.call('GET', '/api/v1/workflows/orders');
    expect(answer.headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(answer.json).toMatchObject({ key: 'orders', title: 'Orders', enabled: true, nodes: [node] });
    expect(answer.json.nodes[0].key).toEqual(expect.any(String));
    const again = await test.call('PUT', '/api/v1/workflows/orders', { body: answer.json });
    expect(again.json.change).toBe('unchanged');
  });

  it('create, update, and leave alone with PUT', async () => {
    const put = (more: object) => test.call('PUT', '/api/v1/workflows/orders', { body: document(more) });
    const [created, unchanged, updated] = [await put({}), await put({}), await put({ title: 'Other' })];
    expect([created.status, created.json.change, created.json.version]).toEqual([201, 'created', 1]);
    expect([unchanged.status, unchanged.json.change, unchanged.json.version]).toEqual([200, 'unchanged', 1]);
    expect([updated.status, updated.json.change, updated.json.version]).toEqual([200, 'updated', 2]);
  });

  it('leave the switch alone when the document does not state it', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document({ enabled: true }) });
    const updated = await test.call('PUT', '/api/v1/workflows/orders', { body: document({ title: 'Other' }) });
    expect(updated.json.enabled).toBe(true);
    const off = await test.call('PUT', '/api/v1/workflows/orders', {
      body: document({ title: 'Other', enabled: false }),
    });
    expect(off.json).toMatchObject({ enabled: false, change: 'unchanged' });
  });

  it('store a draft beside the current version', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document() });
    const url = '/api/v1/workflows/orders?draft=true';
    const draft = await test.call('PUT', url, { body: document({ title: 'Draft' }) });
    expect(draft.json).toMatchObject({ version: 2, currentVersion: 1 });
    expect((await test.call('GET', '/api/v1/workflows/orders')).json.title).toBe('Orders');
    const odd = await test.call('PUT', '/api/v1/workflows/orders?draft=maybe', { body: document() });
    expect(odd.status).toBe(400);
  });

  it('honour If-Match with 412', async () => {
    const created = await test.call('PUT', '/api/v1/workflows/orders', { body: document() });
    const put = (tag: string, title: string) =>
      test.call('PUT', '/api/v1/workflows/orders', { body: document({ title }), headers: { 'if-match': tag } });
    const tag = String(created.headers.etag);
    expect((await put('"other"', 'A')).json.code).toBe('precondition_failed');
    expect((await put(`W/${tag}`, 'A')).status).toBe(412);
    expect((await put(`"other", ${tag}`, 'A')).status).toBe(200);
    expect((await put(tag, 'B')).status).toBe(412);
    expect((await put('*', 'C')).status).toBe(200);
    const absent = await test.call('PUT', '/api/v1/workflows/absent', {
      body: document({ key: 'absent' }),
      headers: { 'if-match': '*' },
    });
    expect(absent.status).toBe(412);
  });

  it('refuse another mode, and a key that is not that of the URL', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document() });
    const sync = await test.call('PUT', '/api/v1/workflows/orders', {
      body: document({ trigger: { type: 'webhook', mode: 'sync' } }),
    });
    expect([sync.status, sync.json.code]).toEqual([409, 'mode_differs']);
    const other = await test.call('PUT', '/api/v1/workflows/other', { body: document() });
    expect([other.status, other.json.faults[0].pointer]).toEqual([400, '/key']);
  });

  it('refuse a path that overlaps another one with 409', async () => {
    await test.call('PUT', '/api/v1/workflows/a', { body: document({ key: 'a', ...withPath('in/:region') }) });
    const answer = await test.call('PUT', '/api/v1/workflows/b', {
      body: document({ key: 'b', ...withPath('in/eu') }),
    });
    expect([answer.status, answer.json.code]).toEqual([409, 'path_conflict']);
    expect(answer.json.detail).toContain('"a"');
  });

  it('switch on and off', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document() });
    const on = await test.call('POST', '/api/v1/workflows/orders/enable');
    expect([on.status, on.json.enabled]).toEqual([200, true]);
    expect((await test.call('POST', '/api/v1/workflows/orders/disable')).json.enabled).toBe(false);
    expect((await test.call('POST', '/api/v1/workflows/none/enable')).status).toBe(404);
    expect((await test.call('POST', '/api/v1/workflows/none/disable')).status).toBe(404);
  });

  it('do not switch on what has only drafts', async () => {
    await test.call('PUT', '/api/v1/workflows/orders?draft=true', { body: document() });
    const answer = await test.call('POST', '/api/v1/workflows/orders/enable');
    expect([answer.status, answer.json.code]).toEqual([409, 'no_current_version']);
  });

  it('list versions, read one, and go back to one', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document() });
    await test.call('PUT', '/api/v1/workflows/orders', { body: document({ title: 'Second' }) });
    const list = (await test.call('GET', '/api/v1/workflows/orders/versions')).json;
    expect(list.items).toMatchObject([
      { number: 2, current: true },
      { number: 1, current: false },
    ]);
    const first = (await test.call('GET', '/api/v1/workflows/orders/versions/1')).json;
    expect(first).toMatchObject({ number: 1, document: { title: 'Orders' } });
    const back = await test.call('POST', '/api/v1/workflows/orders/versions/1/enable');
    expect(back.json).toMatchObject({ currentVersion: 1, enabled: true });
    for (const number of ['3', '0', 'x', '99999999999']) {
      expect((await test.call('GET', `/api/v1/workflows/orders/versions/${number}`)).status).toBe(404);
    }
  });

  it('archive', async () => {
    await test.call('PUT', '/api/v1/workflows/orders', { body: document() });
    expect((await test.call('DELETE', '/api/v1/workflows/orders')).status).toBe(204);
    expect((await test.call('GET', '/api/v1/workflows/orders')).status).toBe(404);
    expect((await test.call('DELETE', '/api/v1/workflows/orders')).status).toBe(404);
  });

  it('validate without storing', async () => {
    const validate = (body: unknown) => test.call('POST', '/api/v1/workflows/validate', { as: 'viewer', body });
    expect((await validate(document())).json).toEqual({ valid: true, faults: [] });
    const { status, json } = await validate(document({ nodes: 'none' }));
    expect([status, json.valid, json.faults[0].pointer]).toEqual([200, false, '/nodes']);
    expect((await test.call('GET', '/api/v1/workflows')).json.items).toEqual([]);
  });

  it('list in pages, newest first, with the limit clamped and a bad cursor refused', async () => {
    for (const key of ['a', 'b', 'c']) await test.call('PUT', `/api/v1/workflows/${key}`, { body: document({ key }) });
    const first = (await test.call('GET', '/api/v1/workflows?limit=2')).json;
    expect(first.items.map((item: { key: string }) => item.key)).toEqual(['c', 'b']);
    const second = (await test.call('GET', `/api/v1/workflows?limit=2&cursor=${first.nextCursor}`)).json;
    expect([second.items.length, second.nextCursor]).toEqual([1, null]);
    expect((await test.call('GET', '/api/v1/workflows?limit=0')).json.items).toHaveLength(1);
    expect((await test.call('GET', '/api/v1/workflows?limit=100000')).status).toBe(200);
    const bad = await test.call('GET', '/api/v1/workflows?cursor=nonsense');
    expect([bad.status, bad.json.code]).toEqual([400, 'bad_cursor']);
    expect((await test.call('GET', '/api/v1/workflows?limit=ten')).json.faults[0].pointer).toBe('/limit');
    expect((await test.call('GET', '/api/v1/workflows?page=2')).json.faults[0].code).toBe('unknown_property');
  });
});

/** 9 levels of 9 aliases: 387 million nodes when spelled out. */
function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return lines.join('\n');
}
