import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { Database } from '../connection/database.js';
import type { RequestScan, RequestScanPage, Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, sampleAccept, saveSampleWorkflow } from '../testing/index.js';
import type { TestDatabase } from '../testing/index.js';
import { SCAN_BOUNDS, scanRequests, type ScanBounds } from './scan-requests.js';

let test: TestDatabase;
let storage: Storage;
let database: Database;
let ids: string[];
const range = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 600_000) };

beforeAll(async () => {
  test = await createTestDatabase();
  storage = await openTestStorage(test.url);
  const options = { databaseUrl: test.url, applicationName: 'scan', poolSize: 1, statementTimeoutMs: 5000 };
  database = new Database(options);
  const workflow = await saveSampleWorkflow(storage, { key: 'scanned' });
  const accept = async (headers: [string, string][], body: string | Buffer, more: object = {}) => {
    const request = sampleAccept({
      ...workflow,
      request: { rawHeaders: headers, body: Buffer.from(body as string), ...more },
    });
    await storage.acceptor.accept({ ...request, secretName: headers.length > 1 ? 'GH_NEW' : null });
    return request.request.id;
  };
  ids = [
    await accept([['X-GitHub-Event', 'push']], '{"order":{"id":1}}'),
    await accept([['x-github-event', 'ping']], '{"order":{"id":2}}', { ip: '192.0.2.7' }),
    await accept(
      [
        ['X-A', '1'],
        ['x-a', '2'],
      ],
      '{"order":{"id":9007199254740993}}',
    ),
    await accept([['content-encoding', 'gzip']], gzipSync('{"order":{"id":1}}'), {
      content: { body: Buffer.from('{"order":{"id":1}}'), contentType: null },
    }),
    await accept([['x-github-event', 'push']], 'no json'),
  ];
  storage.requestLog.write({
    ...{
      id: newId(),
      receivedAt: new Date(),
      workflowId: null,
      verdict: 'refused',
      gate: 2,
      reason: 'headers_too_large',
    },
    ...{ httpStatus: 431, method: 'POST', url: '/', ip: '192.0.2.1', rawHeaders: null, body: null, content: null },
    ...{ deliveryId: null, secretName: null, latencyMs: 0 },
  });
  await storage.requestLog.flush();
});

afterAll(async () => {
  await database?.close();
  await storage?.close();
  await test?.drop();
});

const scan = (criteria: Partial<RequestScan>, bounds: Partial<ScanBounds> = {}): Promise<RequestScanPage> =>
  scanRequests(database, { ...range, limit: 50, cursor: null, ...criteria }, { ...SCAN_BOUNDS, ...bounds });

const found = async (criteria: Partial<RequestScan>): Promise<number[]> =>
  (await scan(criteria)).items.map(({ id }) => ids.indexOf(id));

describe('a search request by request', () => {
  it('finds headers by name in any case and by value, newest first', async () => {
    expect(await found({ header: { name: 'x-github-event', value: 'push' } })).toEqual([4, 0]);
    expect(await found({ header: { name: 'x-github-event', value: null } })).toEqual([4, 1, 0]);
    expect(await found({ header: { name: 'x-a', value: '1, 2' } })).toEqual([2]);
    expect(await found({ header: { name: 'x-a', value: '1' } })).toEqual([]);
    expect(await found({ header: { name: 'constructor', value: null } })).toEqual([]);
    expect(await found({ header: { name: '__proto__', value: null } })).toEqual([]);
  });

  it('finds values in JSON as it was parsed, lossless', async () => {
    expect(await found({ json: { path: ['order', 'id'], value: '1' } })).toEqual([3, 0]);
    expect(await found({ json: { path: ['order', 'id'], value: '9007199254740993' } })).toEqual([2]);
    expect(await found({ json: { path: ['order', 'id'], value: '9007199254740992' } })).toEqual([]);
    expect(await found({ json: { path: ['order'], value: null } })).toEqual([3, 2, 1, 0]);
  });

  it('needs everything that is asked for', async () => {
    const json = { path: ['order', 'id'], value: '1' };
    expect(await found({ json, header: { name: 'x-github-event', value: 'push' } })).toEqual([0]);
    expect(await found({ secret: 'GH_NEW' })).toEqual([2]);
    expect(await found({ ip: '192.0.2.7' })).toEqual([1]);
    expect(await found({ json, workflow: 'scanned' })).toEqual([3, 0]);
    expect(await found({ json, verdict: 'refused' })).toEqual([]);
    expect(await found({ json, workflow: "'; drop table requests; --" })).toEqual([]);
  });

  it('says how far it looked, and that it looked everywhere', async () => {
    const page = await scan({ header: { name: 'x-none', value: null } });
    expect(page).toMatchObject({ items: [], nextCursor: null, scanned: { requests: 6, complete: true } });
    const oldest = await storage.history.findRequest(ids[0]!);
    expect(page.scanned.from).toEqual(oldest!.receivedAt);
    const nowhere = { from: new Date(0), to: new Date(1000) };
    expect(await scan({ ...nowhere, ip: '::1' })).toMatchObject({
      scanned: { requests: 0, from: null, complete: true },
    });
  });

  it.each<[string, Partial<ScanBounds>, Partial<RequestScan>]>([
    ['rows', { rows: 2 }, {}],
    ['bytes', { bytes: 1 }, {}],
    ['time', { milliseconds: 0 }, {}],
    ['items', {}, { limit: 1 }],
  ])('stops at its bound of %s and goes on from there, until everything was seen once', async (_what, bounds, more) => {
    const criteria = { json: { path: ['order', 'id'], value: '1' }, ...more };
    const seen: string[] = [];
    let looked = 0;
    let calls = 0;
    let cursor: string | null = null;
    do {
      const page: RequestScanPage = await scan({ ...criteria, cursor }, bounds);
      expect(page.scanned.complete).toBe(page.nextCursor === null);
      seen.push(...page.items.map(({ id }) => id));
      looked += page.scanned.requests;
      cursor = page.nextCursor;
      calls += 1;
    } while (cursor !== null);
    expect(seen).toEqual([ids[3], ids[0]]);
    expect(looked).toBe(6);
    expect(calls).toBeGreaterThan(2);
  });

  it('reads large bodies one after the other', async () => {
    const workflow = await saveSampleWorkflow(storage, { key: 'large' });
    const body = Buffer.from(JSON.stringify({ pad: 'x'.repeat(3 * 1024 * 1024), last: 'y' }));
    const requests = [0, 1, 2].map(() => sampleAccept({ ...workflow, request: { body } }));
    for (const request of requests) await storage.acceptor.accept(request);
    const read: number[] = [];
    const watched: Pick<Database, 'query'> = {
      query: async <R extends object>(statement: { text: string }, values: readonly unknown[] = []) => {
        if (statement.text.includes('as body from')) read.push((values[0] as string[]).length);
        return database.query<R>(statement, values);
      },
    };
    const criteria = { json: { path: ['last'], value: 'y' }, workflow: 'large', limit: 50, cursor: null };
    const page = await scanRequests(watched, { ...range, ...criteria }, SCAN_BOUNDS);
    expect(page.items).toHaveLength(3);
    expect(read).toEqual([1, 1, 1]);
  });
});
