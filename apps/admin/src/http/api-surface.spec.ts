import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { BOOTSTRAP_KEY, startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

interface Operation {
  summary?: string;
  parameters?: { in: string }[];
  requestBody?: object;
  responses: Record<string, object>;
}

describe('the surface of the admin app', () => {
  let test: TestAdmin;
  beforeAll(async () => {
    test = await startTestAdmin();
  });
  afterAll(() => test.close());

  it('publishes OpenAPI 3.1 in which every reference leads somewhere', async () => {
    const { json, text } = await test.call('GET', '/api/openapi.json', { as: null });
    expect(json.openapi).toBe('3.1.0');
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] as string);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(Object.keys(json.components.schemas)).toContain(name);
  });

  it('names parameters, bodies and refusals of its routes', async () => {
    const { json } = await test.call('GET', '/api/openapi.json', { as: null });
    const put = json.paths['/api/v1/workflows/{key}'].put;
    expect(Object.keys(put.responses).sort()).toEqual(['200', '201', '400', '401', '403', '409', '412']);
    expect(put.parameters.map((one: { name: string }) => one.name).sort()).toEqual(
      expect.arrayContaining(['If-Match', 'draft', 'key']),
    );
    expect(Object.keys(put.requestBody.content)).toEqual(['application/json', 'application/yaml']);
  });

  it('says of every operation what it does and how it refuses', async () => {
    const { json } = await test.call('GET', '/api/openapi.json', { as: null });
    const operations = Object.entries(json.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, method, path, ...operation })),
    );
    expect(operations.length).toBeGreaterThan(25);
    const summaries = operations.map(({ summary }) => summary);
    expect(new Set(summaries).size).toBe(operations.length);
    for (const summary of summaries) expect(summary).toMatch(/^[A-Z][^\n]{5,70}[^.\n]$/);
    for (const { name, method, path, parameters = [], requestBody, responses } of operations) {
      const takesInput = requestBody !== undefined || parameters.some((parameter) => parameter.in === 'query');
      // A PUT makes what is not there.
      const needsThing = path.includes('{') && method !== 'put';
      const expected = ['401', '403', ...(takesInput ? ['400'] : []), ...(needsThing ? ['404'] : [])];
      expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(expected)]);
    }
  });

  it('is of the version of the product', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect((await test.call('GET', '/api/openapi.json', { as: null })).json.info.version).toBe(version);
  });

  it('shows a browsable page made of its own files only', async () => {
    const page = await test.call('GET', '/api/docs', { as: null });
    expect(page.status).toBe(200);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] as string);
    expect(sources.length).toBeGreaterThanOrEqual(4);
    for (const source of sources) {
      expect(source).toMatch(/^\.\//);
      const file = await test.call('GET', new URL(source, 'http://admin/api/docs').pathname, { as: null });
      expect([source, file.status]).toEqual([source, 200]);
    }
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
  });

  it('sends security headers with every answer, also with errors, and no CORS', async () => {
    const headers = { origin: 'https://evil.example' };
    for (const url of ['/healthz', '/api/v1/workflows', '/nowhere', '/api/openapi.json']) {
      const answer = await test.call('GET', url, { as: null, headers });
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect((await test.call('OPTIONS', '/api/v1/workflows', { as: null, headers })).status).toBe(404);
  });

  it('answers errors as problem+json with the request id', async () => {
    const { json, headers } = await test.call('GET', '/api/v1/executions/none');
    expect(headers['content-type']).toContain('application/problem+json');
    expect(json).toMatchObject({ type: 'urn:hookmill:problem:not_found', status: 404, code: 'not_found' });
    expect(json.requestId).toBe(headers['x-request-id']);
  });

  it('lets the first admin key in, which is in no table', async () => {
    const headers = { authorization: `Bearer ${BOOTSTRAP_KEY}` };
    const answer = await test.call('GET', '/api/v1/api-keys', { as: null, headers });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(BOOTSTRAP_KEY);
  });

  it('shows a new key once, and refuses it once deleted', async () => {
    const created = await test.call('POST', '/api/v1/api-keys', { body: { name: 'ci', role: 'viewer' } });
    expect(created.status).toBe(201);
    const { id, key } = created.json;
    expect(key).toMatch(/^hm_[\w-]{43}$/);
    const asNew = { as: null, headers: { authorization: `Bearer ${key}` } };
    expect((await test.call('GET', '/api/v1/workflows', asNew)).status).toBe(200);
    expect((await test.call('GET', '/api/v1/api-keys')).text).not.toContain(key);
    expect((await test.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204);
    expect((await test.call('GET', '/api/v1/workflows', asNew)).status).toBe(401);
    expect((await test.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(404);
  });

  it('refuses a key without a name, with an unknown role or with more than that', async () => {
    const create = async (body: unknown) => (await test.call('POST', '/api/v1/api-keys', { body })).json.faults;
    expect((await create({ role: 'viewer' }))[0].pointer).toBe('/name');
    expect((await create({ name: 'a', role: 'root' }))[0].pointer).toBe('/role');
    expect((await create({ name: 'a', role: 'viewer', key: 'mine' }))[0].code).toBe('unknown_property');
  });

  it('lists nodes, triggers and providers with their schemas', async () => {
    const items = async (url: string) => (await test.call('GET', url, { as: 'viewer' })).json.items;
    const nodes = (await items('/api/v1/nodes')) as { type: string; configSchema: object }[];
    expect(nodes.find(({ type }) => type === 'condition')?.configSchema).toBeInstanceOf(Object);
    const triggers = (await items('/api/v1/triggers')) as { type: string; context: string }[];
    expect(triggers.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['webhook', 'schedule', 'approval', 'manual']),
    );
    for (const { context } of triggers) expect(context).not.toBe('');
    expect(await items('/api/v1/providers')).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'github' })]),
    );
  });
});

describe('health', () => {
  it('is ready while database and queue answer, and says what does not', async () => {
    const test = await startTestAdmin();
    expect((await test.call('GET', '/readyz', { as: null })).json).toMatchObject({ ready: true });
    await test.close();

    const broken = await startTestAdmin();
    broken.storage.away = new Error('connect ECONNREFUSED 10.1.2.3:5432');
    const answer = await broken.call('GET', '/readyz', { as: null });
    expect(answer.status).toBe(503);
    expect(answer.json.checks).toEqual({ database: 'it does not answer', queue: 'ok' });
    expect((await broken.call('GET', '/healthz', { as: null })).status).toBe(200);
    await broken.close();
  });

  it('turns red when the process drains, and everything else gets 503', async () => {
    const test = await startTestAdmin();
    test.admin.drain();
    expect((await test.call('GET', '/readyz', { as: null })).status).toBe(503);
    const answer = await test.call('GET', '/api/v1/workflows');
    expect([answer.status, answer.json.code]).toEqual([503, 'draining']);
    expect(answer.headers).toMatchObject({ connection: 'close', 'retry-after': '2' });
    await test.close();
  });
});
