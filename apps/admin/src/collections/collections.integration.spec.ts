import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createLogger, loadConfig } from '#shared';
import { createTestDatabase, type TestDatabase } from '#storage/testing';
import { createAdmin, type Admin } from '../create-admin.js';

const KEY = 'admin-key-of-the-integration-spec';

interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into it as deep as they like
  json: any;
}

describe('collections over the API, on real Postgres', () => {
  let database: TestDatabase;
  let admin: Admin;
  let base: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], {
      DATABASE_URL: database.url,
      HOOKMILL_MASTER_KEY: randomBytes(32).toString('base64'),
      HOOKMILL_ADMIN_KEY: KEY,
      LOG_LEVEL: 'silent',
      DATABASE_POOL: '4',
    });
    admin = await createAdmin(config, { logger: createLogger('admin', 'silent') });
    base = (await admin.listen(0, '127.0.0.1')).replace('[::1]', 'localhost');
  }, 60_000);

  afterAll(async () => {
    await admin?.close();
    await database?.drop();
  });

  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${base}/api/v1/collections${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text === '' ? null : JSON.parse(text) };
  }

  const pointers = ({ json }: Answer) => json.faults.map(({ pointer }: { pointer: string }) => pointer);
  const listed = async (name: string, query: Record<string, string>) =>
    call('GET', `/${name}/records?${new URLSearchParams(query).toString()}`);

  const orders = {
    title: 'Orders',
    fields: [
      { name: 'number', type: 'integer', required: true, unique: true },
      { name: 'status', type: 'string', default: 'new', index: true },
      { name: 'amount', type: 'decimal' },
      { name: 'paidAt', type: 'datetime' },
      { name: 'meta', type: 'json' },
    ],
  };

  it('are made, read back as they can be sent again, changed and dropped', async () => {
    const created = await call('PUT', '/made', orders);
    expect([created.status, created.json.fields[1]]).toEqual([
      201,
      { name: 'status', type: 'string', required: false, default: 'new', unique: false, index: true },
    ]);
    const read = await call('GET', '/made');
    expect((await call('PUT', '/made', read.json)).status).toBe(200);
    expect((await call('GET', '/made')).json).toEqual(read.json);
    const more = { ...orders, fields: [...orders.fields, { name: 'note', type: 'text' }] };
    expect((await call('PUT', '/made', more)).json.fields).toHaveLength(6);
    expect((await call('GET', '')).json.items.map(({ name }: { name: string }) => name)).toContain('made');
    expect((await call('DELETE', '/made')).status).toBe(204);
    expect((await call('GET', '/made')).status).toBe(404);
    expect((await call('GET', '/made/records')).status).toBe(404);
  });

  it('are refused with a pointer to every fault', async () => {
    const fields = [
      { name: 'a b', type: 'text' },
      { name: 'ok', type: 'money' },
      { type: 'text', size: 3 },
    ];
    const answer = await call('PUT', '/faulty', { name: 'other', title: 7, fields });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_collection']);
    expect(pointers(answer)).toEqual(
      expect.arrayContaining([
        '/name',
        '/title',
        '/fields/0/name',
        '/fields/1/type',
        '/fields/2/name',
        '/fields/2/size',
      ]),
    );
    expect((await call('PUT', '/Orders;drop', orders)).status).toBe(400);
    expect((await call('GET', '/faulty')).status).toBe(404);
  });

  it('hold records, whose values come back as they were sent', async () => {
    await call('PUT', '/kept', orders);
    const values = { number: 7, amount: '12.50', paidAt: '2026-01-02T03:04:05Z', meta: { $ne: [1, null] } };
    const created = await call('POST', '/kept/records', values);
    expect(created.status).toBe(201);
    const url = created.headers.get('location')!.replace('/api/v1/collections', '');
    const { json } = await call('GET', url);
    expect(json).toEqual(created.json);
    expect(json).toMatchObject({
      number: 7,
      status: 'new',
      paidAt: '2026-01-02T03:04:05.000Z',
      meta: { $ne: [1, null] },
    });
    expect(Number(json.amount)).toBe(12.5);
    const changed = await call('PATCH', url, { status: 'paid', meta: null });
    expect([changed.status, changed.json]).toMatchObject([200, { number: 7, status: 'paid', meta: null }]);
    expect((await call('DELETE', url)).status).toBe(204);
    expect((await call('GET', url)).status).toBe(404);
  });

  it('refuse values with a pointer to every fault, and what others have already', async () => {
    await call('PUT', '/strict', orders);
    const faulty = await call('POST', '/strict/records', { amount: 'much', paidAt: 'soon', id: 1, other: 1 });
    expect([faulty.status, faulty.json.code]).toEqual([400, 'invalid_record']);
    expect(pointers(faulty)).toEqual(['/amount', '/paidAt', '/id', '/other', '/number']);
    expect((await call('POST', '/strict/records', { number: 1 })).status).toBe(201);
    const taken = await call('POST', '/strict/records', { number: 1 });
    expect([taken.status, taken.json.code, ...pointers(taken)]).toEqual([409, 'not_unique', '/number']);
    const { id } = (await call('POST', '/strict/records', { number: 2 })).json;
    expect((await call('PATCH', `/strict/records/${id}`, { number: 1 })).json.code).toBe('not_unique');
    expect((await call('PATCH', `/strict/records/${id}`, { number: null })).json.faults[0].code).toBe('required_value');
    expect((await call('POST', '/strict/records', { number: 3, status: 'a\u0000b' })).status).toBe(400);
  });

  it('list records by filter and order, in pages, each once', async () => {
    await call('PUT', '/listed', orders);
    for (const number of [1, 2, 3, 4, 5]) {
      await call('POST', '/listed/records', { number, status: number % 2 === 0 ? 'even' : 'odd' });
    }
    const numbers = ({ json }: Answer) => json.items.map(({ number }: { number: number }) => number);
    expect(numbers(await listed('listed', {}))).toEqual([5, 4, 3, 2, 1]);
    const filter = JSON.stringify({ status: 'odd', number: { $gt: 1 } });
    expect(numbers(await listed('listed', { filter, sort: 'number' }))).toEqual([3, 5]);
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer = await listed('listed', {
        sort: 'status,-number',
        limit: '2',
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...numbers(page));
      cursor = page.json.nextCursor;
    }
    expect(seen).toEqual([4, 2, 5, 3, 1]);
  });

  it.each([
    [{ filter: '{"other":1}' }, '/filter'],
    [{ filter: '{"status":{"$regex":"x"}}' }, '/filter'],
    [{ filter: '{"number":"seven"}' }, '/filter'],
    [{ filter: '{"$where":"1=1"}' }, '/filter'],
    [{ filter: '{"status":{"$eq":"a\u0000"}}' }, '/filter'],
    [{ sort: 'other', filter: '{"number":1}' }, '/sort'],
    [{ sort: 'meta' }, '/sort'],
  ])('refuse to list by %j', async (query, pointer) => {
    await call('PUT', '/asked', orders);
    const answer = await listed('asked', query as Record<string, string>);
    expect([answer.status, answer.json.faults[0].pointer]).toEqual([400, pointer]);
  });

  it('refuse a cursor that is none of theirs', async () => {
    await call('PUT', '/paged', orders);
    expect((await listed('paged', { cursor: 'x' })).json.code).toBe('bad_cursor');
  });

  it('know no record by an id that is none', async () => {
    await call('PUT', '/ids', orders);
    for (const id of ['0', '-1', '1.5', 'x', '99999999999999999999', '%00', "1'%20or%20'1'='1"]) {
      const statuses = [];
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const answer = await call(method, `/ids/records/${id}`, method === 'PATCH' ? { number: 1 } : undefined);
        statuses.push(answer.status);
      }
      expect([id, ...statuses]).toEqual([id, 404, 404, 404]);
    }
    expect((await call('GET', '/%00/records/1')).status).toBe(404);
  });
});
