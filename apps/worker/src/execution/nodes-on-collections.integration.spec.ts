import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpRequest, HttpResult } from '#engine';
import type { ExecutionJob } from '#queue';
import type { Json, JsonObject } from '#shared';
import { openSqlLogin, type ExecutionDetail, type SqlRunner, type Storage } from '#storage';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  saveSampleWorkflow,
  type TestDatabase,
} from '#storage/testing';
import { eventually } from '../../../../test/support/eventually.js';
import { createDataReader } from '../ports/data-reader.js';
import { startTestWorker, type TestWorker } from '../testing/start-test-worker.js';

const FIELDS: JsonObject[] = [
  { name: 'number', type: 'integer', required: true, unique: true },
  { name: 'customer', type: 'string' },
  { name: 'amount', type: 'decimal' },
  { name: 'status', type: 'string', default: 'new' },
];

const node = (type: string, config: JsonObject, key = type): JsonObject => ({
  key,
  type,
  config: type === 'sql' ? config : { collection: 'orders', ...config },
});

describe('nodes on collections, on real Postgres', () => {
  let database: TestDatabase;
  let storage: Storage;
  let login: SqlRunner;
  let workers: TestWorker[];
  let calls: { request: HttpRequest; answer(): void }[];
  let saved = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    storage = await openTestStorage(database.url);
    login = openSqlLogin({
      databaseUrl: database.url,
      dataDatabaseUrl: null,
      masterKey: Buffer.alloc(32, 7),
      applicationName: 'test',
      limits: { timeMs: 5_000, rows: 100, bytes: 1_000_000 },
    });
  });
  afterAll(async () => {
    await login?.close();
    await storage?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    workers = [];
    calls = [];
    await storage.collections.delete('orders');
    await storage.collections.put('orders', { title: 'Orders', fields: FIELDS });
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.vanish()));
  });

  async function startWorker(): Promise<TestWorker> {
    const send = (request: HttpRequest) =>
      new Promise<HttpResult>((resolve) => {
        const answered = { ok: true as const, status: 200, statusText: 'OK', headers: {}, body: Buffer.from('') };
        calls.push({ request, answer: () => resolve(answered) });
      });
    const data = createDataReader(storage.collections, login);
    const producer = { enqueue: async () => undefined };
    const worker = await startTestWorker(storage, producer, { data, http: { send } });
    workers.push(worker);
    return worker;
  }

  async function accept(nodes: JsonObject[], body: Json): Promise<ExecutionJob> {
    const key = `collections-${(saved += 1)}`;
    const document = { key, trigger: { type: 'webhook', mode: 'async' }, nodes };
    const ids = await saveSampleWorkflow(storage, { key, document });
    const request = sampleAccept({ ...ids, request: { body: Buffer.from(JSON.stringify(body)) } });
    await storage.acceptor.accept(request);
    return { executionId: request.executionId, attempt: 0, dedupId: null, urgent: false };
  }

  const find = async (id: string): Promise<ExecutionDetail> => (await storage.history.findExecution(id))!;

  async function run(nodes: JsonObject[], body: Json = {}) {
    const job = await accept(nodes, body);
    await (await startWorker()).run(job);
    const { status, error, nodeRuns } = await find(job.executionId);
    const results = Object.fromEntries(nodeRuns.map(({ nodeKey, result }) => [nodeKey, result]));
    return { status, error, results, nodeRuns };
  }

  const numbers = async () => (await storage.collections.listRecords('orders', all)).items.map(({ number }) => number);
  const all = { filter: {}, sort: ['number'], limit: 200, cursor: null };
  const fill = async (...records: JsonObject[]) => {
    for (const record of records) await storage.collections.createRecord('orders', record);
  };

  it('create, update, query, aggregate and destroy records', async () => {
    await fill({ number: 1, customer: 'Ann', amount: '10.10' }, { number: 2, customer: 'Bob', amount: '0.20' });
    const { status, results } = await run(
      [
        node('create', {
          values: { number: '{{$context.data.id}}', customer: 'Ann', amount: '{{$context.data.sum}}' },
        }),
        node('update', { filter: { id: '{{$jobsMapByNodeKey.create.id}}' }, values: { status: 'paid' } }),
        node('query', { filter: { status: { $eq: 'paid' } } }),
        node(
          'query',
          { multiple: true, filter: { customer: { $in: ['Ann'] } }, sort: ['-number'], pageSize: 2 },
          'list',
        ),
        node('aggregate', { aggregator: 'sum', field: 'amount' }),
        node('aggregate', { aggregator: 'count', field: 'customer', distinct: true }, 'customers'),
        node('aggregate', { aggregator: 'avg', field: 'amount', precision: 1 }, 'average'),
        node('aggregate', { aggregator: 'max', field: 'amount', filter: { number: { $gt: 99 } } }, 'none'),
        node('destroy', { filter: { $not: { customer: 'Ann' } } }),
        node('query', { filter: { customer: 'Bob' } }, 'gone'),
      ],
      { id: 7, sum: '5.005' },
    );
    expect(status).toBe('resolved');
    expect(results).toMatchObject({
      create: { id: 3, number: 7, customer: 'Ann', status: 'new' },
      update: 1,
      query: { number: 7, status: 'paid' },
      list: [{ number: 7 }, { number: 1 }],
      aggregate: 15.31,
      customers: 2,
      average: 5.1,
      none: 0,
      destroy: 1,
      gone: null,
    });
    expect(await numbers()).toEqual([1, 7]);
  });

  it('show in their input the names and the filter as they were rendered', async () => {
    const filter = { number: { $in: '{{$context.data.ids}}' } };
    const { nodeRuns } = await run([node('destroy', { filter })], { ids: [1, 2] });
    expect(nodeRuns[0]?.input).toEqual({ collection: 'orders', filter: { number: { $in: [1, 2] } } });
  });

  it.each<Json>([{ $ne: '' }, { $value: { $ne: '' } }, { $or: [{}] }])(
    'never take %j in a payload for an operator',
    async (customer) => {
      await fill({ number: 1, customer: 'Ann' }, { number: 2, customer: 'Bob' });
      for (const filter of [
        { customer: '{{$context.data.customer}}' },
        { customer: { $eq: '{{$context.data.customer}}' } },
      ]) {
        const destroyed = await run([node('destroy', { filter })], { customer });
        expect([destroyed.status, destroyed.error?.code]).toEqual(['error', 'invalid_value']);
        const read = await run([node('query', { multiple: true, filter })], { customer });
        expect(read.results['query']).toBeNull();
      }
      expect(await numbers()).toEqual([1, 2]);
    },
  );

  it('end as errors with the reason, and write nothing', async () => {
    await fill({ number: 1 });
    const codes = [];
    for (const refused of [
      node('create', { values: { number: 1 } }),
      node('create', { values: {} }),
      node('create', { values: { number: 'seven' } }),
      node('create', { values: { number: 2, other: 1 } }),
      node('create', { collection: 'nothing', values: {} }),
      node('update', { filter: { other: 1 }, values: { status: 'x' } }),
      node('destroy', { filter: { number: '{{$context.data.absent}}' } }),
      node('query', { collection: 'nothing' }),
      node('query', { sort: ['other'] }),
      node('aggregate', { aggregator: 'sum', field: 'customer' }),
    ]) {
      const { status, error, nodeRuns } = await run([refused]);
      codes.push(`${status} ${nodeRuns[0]?.status} ${error?.code}`);
    }
    expect(codes).toEqual(
      [
        'not_unique',
        'required_value',
        'invalid_value',
        'unknown_field',
        'unknown_collection',
        'unknown_field',
        'filter_value',
        'unknown_collection',
        'unknown_field',
        'invalid_aggregate',
      ].map((code) => `error error ${code}`),
    );
    expect(await numbers()).toEqual([1]);
  });

  it('fail when told to and nothing matches', async () => {
    const { status, error } = await run([node('query', { failOnEmpty: true })]);
    expect([status, error?.code]).toEqual(['failed', 'no_records']);
  });

  it('create a record once, although the worker is lost behind it', async () => {
    const create = node('create', { values: { number: '{{$context.data.id}}' } });
    const get = { key: 'get', type: 'request', config: { url: 'https://example.com', method: 'GET' } };
    const job = await accept([create, get, node('query', { multiple: true })], { id: 7 });
    const first = await startWorker();
    const lost = first.run(job).catch(() => undefined);
    await eventually(
      () => calls.length,
      (made) => made === 1,
    );
    await first.vanish();
    calls[0]?.answer();
    await lost;
    const [gone] = await storage.dispatch.findLost(0, 10);
    const again = await storage.dispatch.requeueLost(gone!);
    const second = (await startWorker()).run({ ...job, attempt: again!.attempt });
    await eventually(
      () => calls.length,
      (made) => made === 2,
    );
    calls[1]?.answer();
    await second;
    const { status, nodeRuns } = await find(job.executionId);
    expect(status).toBe('resolved');
    expect(nodeRuns.find(({ nodeKey }) => nodeKey === 'query')?.result).toMatchObject([{ number: 7 }]);
    expect(await numbers()).toEqual([7]);
  });

  it('run SQL with variables bound by name, reading and writing', async () => {
    await fill({ number: 1, customer: 'Ann', amount: 3 }, { number: 2, customer: 'Bob', amount: 4 });
    const { status, error, results } = await run(
      [
        node('sql', {
          sql: 'select number, customer from orders where customer = :name or number = any(:ids) order by number',
          variables: [
            { name: 'name', value: '{{$context.data.name}}' },
            { name: 'ids', value: [2] },
          ],
        }),
        node('sql', { sql: 'update orders set amount = amount * 2 returning number', repeatable: true }, 'write'),
        node('sql', { sql: '  ' }, 'empty'),
      ],
      { name: "x' or '1'='1" },
    );
    expect([status, error]).toEqual(['resolved', null]);
    expect(results).toEqual({
      sql: [{ number: 2, customer: 'Bob' }],
      write: expect.arrayContaining([{ number: 1 }, { number: 2 }]),
      empty: null,
    });
  });

  it.each([
    ['select from where', 'sql_syntax'],
    ['drop table orders', 'sql_not_allowed'],
    ['select 1; select 2', 'sql_syntax'],
    ['select :missing', 'sql_variable'],
    ['select * from public.secrets', 'sql_not_allowed'],
    ['select * from generate_series(1, 101)', 'sql_too_many_rows'],
    ['select 1 / 0', 'sql_failed'],
  ])('end as errors for SQL such as %s', async (sql, code) => {
    const { status, error } = await run([node('sql', { sql })]);
    expect([status, error?.code]).toEqual(['error', code]);
  });
});
