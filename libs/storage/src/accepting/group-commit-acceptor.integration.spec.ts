import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RejectedRow, type AcceptRequest, type AcceptResult, type Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleOutcome,
  saveSampleWorkflow,
  type TestDatabase,
} from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;
let other: Storage;
let ids: { workflowId: number; versionId: number };

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  other = await openTestStorage(database.url);
  ids = await saveSampleWorkflow(storage, { key: 'accepting' });
});

afterAll(async () => {
  await storage?.close();
  await other?.close();
  await database?.drop();
});

const sample = (dedupKey?: string, more: Partial<Parameters<typeof sampleAccept>[0]> = {}): AcceptRequest =>
  sampleAccept({ ...ids, ...(dedupKey === undefined ? {} : { dedupKey }), ...more });

const accepted = (results: readonly AcceptResult[]) => results.filter((result) => result.kind === 'accepted');

describe('accepting', () => {
  it('makes request and execution durable together', async () => {
    const request = sample();
    const result = await storage.acceptor.accept(request);
    expect(result).toEqual({
      kind: 'accepted',
      executionId: request.executionId,
      previousExecutionId: null,
      chunk: null,
    });
    const runnable = await storage.executions.loadRunnable(request.executionId);
    expect(runnable).toMatchObject({
      status: 'queued',
      attempt: 0,
      leaseId: null,
      workflowKey: 'accepting',
      version: 1,
    });
    expect(runnable!.request).toEqual(request.request);
    expect(await storage.history.findRequest(request.request.id)).toMatchObject({
      verdict: 'accepted',
      executionId: request.executionId,
      httpStatus: 200,
      bodyBytes: 7,
    });
  });

  it('remembers with a duplicate the status that the first delivery was answered with', async () => {
    const old = await saveSampleWorkflow(storage, { key: 'status', contentHash: 'old' });
    const current = await saveSampleWorkflow(storage, { key: 'status', contentHash: 'current' });
    expect(current.versionId).not.toBe(old.versionId);
    const deliveries = [
      sample('status', { ...old, httpStatus: 202 }),
      sample('status', { ...old, httpStatus: 202 }),
      sample('status', { ...current, httpStatus: 299 }),
    ];
    for (const delivery of deliveries) await storage.acceptor.accept(delivery);
    for (const { request } of deliveries) {
      expect((await storage.history.findRequest(request.id))?.httpStatus).toBe(202);
    }
  });

  it('gives a row that cannot be stored its own error and stores its 99 neighbours', async () => {
    const requests = Array.from({ length: 100 }, () => sample());
    requests[57]!.workflowId = 2 ** 40;
    const results = await Promise.allSettled(requests.map((request) => storage.acceptor.accept(request)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(99);
    expect(results[57]).toMatchObject({ status: 'rejected', reason: expect.any(RejectedRow) });
    const stored = await Promise.all(requests.map(({ executionId }) => storage.executions.loadRunnable(executionId)));
    expect(stored.map((row, index) => (row === null ? index : -1)).filter((index) => index >= 0)).toEqual([57]);
  });

  it('lets a delivery behind a leader that cannot be stored become the first', async () => {
    const [bad, good] = [sample('behind-poison'), sample('behind-poison')];
    bad.request.id = 'not-a-uuid';
    const results = await Promise.allSettled([bad, good].map((request) => storage.acceptor.accept(request)));
    expect(results[0]).toMatchObject({ status: 'rejected', reason: expect.any(RejectedRow) });
    expect(results[1]).toMatchObject({ status: 'fulfilled', value: { kind: 'accepted' } });
  });

  it('survives two gateways with crossed keys, each key having one execution', async () => {
    for (let round = 0; round < 30; round += 1) {
      const keys = Array.from({ length: 20 }, (_, n) => `crossed-${round}-${n}`);
      const results = await Promise.all([
        ...keys.map((key) => storage.acceptor.accept(sample(key))),
        ...keys.toReversed().map((key) => other.acceptor.accept(sample(key))),
      ]);
      expect(accepted(results)).toHaveLength(20);
      expect(new Set(results.map((result) => result.executionId)).size).toBe(20);
    }
  });

  it('makes one execution and 199 duplicate rows of 200 identical deliveries at two gateways', async () => {
    const requests = Array.from({ length: 200 }, () => sample('storm'));
    const results = await Promise.all(
      requests.map((request, n) => (n % 2 === 0 ? storage : other).acceptor.accept(request)),
    );
    expect(accepted(results)).toHaveLength(1);
    expect(new Set(results.map((result) => result.executionId)).size).toBe(1);
    const rows = await storage.history.listRequests({ deliveryId: 'storm', limit: 200, cursor: null });
    expect(rows.items.filter((row) => row.verdict === 'duplicate')).toHaveLength(199);
    expect(new Set(rows.items.map((row) => row.executionId))).toEqual(new Set([results[0]!.executionId]));
  });

  it('tells a duplicate with another body from one with the same', async () => {
    const first = sample('body');
    await storage.acceptor.accept(first);
    const changed = sample('body', { request: { body: Buffer.from('{"a":2}') } });
    const expected = { kind: 'duplicate', executionId: first.executionId, versionId: ids.versionId };
    expect(await storage.acceptor.accept(sample('body'))).toEqual({ ...expected, bodyDiffers: false });
    expect(await storage.acceptor.accept(changed)).toEqual({ ...expected, bodyDiffers: true });
    expect(await storage.history.findRequest(changed.request.id)).toMatchObject({
      verdict: 'duplicate',
      bodyDiffers: true,
      executionId: first.executionId,
      body: Buffer.from('{"a":2}'),
    });
  });

  it('frees an expired key at once', async () => {
    await storage.acceptor.accept(sample('expired', { windowMs: 0 }));
    const again = sample('expired');
    expect(await storage.acceptor.accept(again)).toEqual({
      kind: 'accepted',
      executionId: again.executionId,
      previousExecutionId: null,
      chunk: null,
    });
  });

  it('lets a released key be taken over and names the execution before', async () => {
    const first = sample('released', { mode: 'sync' });
    await storage.acceptor.accept(first);
    await storage.executions.recordOutcome(sampleOutcome(first.executionId, { status: 'error', releaseDedup: true }));
    const retry = sample('released', { mode: 'sync' });
    expect(await storage.acceptor.accept(retry)).toMatchObject({
      kind: 'accepted',
      previousExecutionId: first.executionId,
    });
    expect(await storage.acceptor.accept(sample('released'))).toMatchObject({ executionId: retry.executionId });
    expect((await storage.history.findExecution(retry.executionId))!.previousExecutionId).toBe(first.executionId);
  });

  it('does not release a key that another execution holds by now', async () => {
    const first = sample('retaken', { windowMs: 0 });
    await storage.acceptor.accept(first);
    const second = sample('retaken');
    await storage.acceptor.accept(second);
    await storage.executions.recordOutcome(sampleOutcome(first.executionId, { releaseDedup: true }));
    expect(await storage.acceptor.accept(sample('retaken'))).toMatchObject({
      kind: 'duplicate',
      executionId: second.executionId,
    });
  });

  it('keeps NUL and lone surrogates in body and headers, and replaces them in shown text', async () => {
    const body = Buffer.from([0, 0xed, 0xa0, 0x80, 0xff, 0x22]);
    const rawHeaders: [string, string][] = [
      ['X-Odd', 'a\0b\ud800c'],
      ['X-Quote', '"\\u0000"'],
    ];
    const request = sample('odd', { request: { body, rawHeaders, url: '/a\0b', deliveryId: 'd\0\ud800' } });
    await storage.acceptor.accept(request);
    const stored = (await storage.executions.loadRunnable(request.executionId))!.request!;
    expect(stored.body).toEqual(body);
    expect(stored.rawHeaders).toEqual(rawHeaders);
    expect({ ...stored.headers }).toEqual({ 'x-odd': rawHeaders[0]![1], 'x-quote': rawHeaders[1]![1] });
    expect([stored.url, stored.deliveryId]).toEqual(['/a\ufffdb', 'd\ufffd\ufffd']);
    const found = await storage.history.listRequests({ deliveryId: 'd\0\ud800', limit: 5, cursor: null });
    expect(found.items).toHaveLength(1);
  });

  it('takes a delivery id longer than an index entry', async () => {
    const deliveryId = newId().repeat(300);
    await storage.acceptor.accept(sample(undefined, { request: { deliveryId } }));
    const found = await storage.history.listRequests({ deliveryId, limit: 5, cursor: null });
    expect(found.items[0]!.deliveryId).toBe(deliveryId);
  });

  it('stores bodies above the size that travels alone, and empty ones', async () => {
    const bodies = [Buffer.alloc(300_000, 'x'), Buffer.alloc(0), Buffer.alloc(3_000_000, 'y')];
    const requests = bodies.map((body) => sample(undefined, { request: { body } }));
    await Promise.all(requests.map((request) => storage.acceptor.accept(request)));
    const stored = await Promise.all(requests.map(({ request }) => storage.history.findRequest(request.id)));
    expect(stored.map((row) => row!.body!.equals(bodies[stored.indexOf(row)]!))).toEqual([true, true, true]);
  });
});

describe('chunks', () => {
  const chunkOf = (result: AcceptResult | undefined) => (result?.kind === 'accepted' ? result.chunk : undefined);

  /** Chunk ids in the rows, as the dispatcher sees them. */
  async function storedChunks(requests: readonly AcceptRequest[]): Promise<(string | null)[]> {
    const waiting = await storage.dispatch.findQueued(0, null, 100_000);
    const chunks = new Map(waiting.map(({ id, chunkId }) => [id, chunkId]));
    return requests.map(({ executionId }) => chunks.get(executionId)!);
  }

  const acceptAll = (requests: readonly AcceptRequest[], at: Storage = storage) =>
    Promise.all(requests.map((request) => at.acceptor.accept(request)));

  it('are groups of at most the size asked for, each named by its first member', async () => {
    const requests = Array.from({ length: 60 }, () => sample());
    const chunks = (await acceptAll(requests)).map(chunkOf);
    const expected = requests.map((_, n) => {
      const first = Math.floor(n / 25) * 25;
      return { id: requests[first]!.executionId, size: Math.min(25, 60 - first) };
    });
    expect(chunks).toEqual(expected);
    expect(await storedChunks(requests)).toEqual(expected.map(({ id }) => id));
  });

  it('are not made for one that is alone, for sync ones, nor for bodies that travel alone', async () => {
    const big = { request: { body: Buffer.alloc(100_000, 'x') } };
    const requests = [
      sample(),
      ...Array.from({ length: 3 }, () => sample(undefined, { mode: 'sync' })),
      ...Array.from({ length: 3 }, () => sample(undefined, big)),
    ];
    expect((await acceptAll(requests)).map(chunkOf)).toEqual(requests.map(() => null));
    expect(await storedChunks(requests)).toEqual(requests.map(() => null));
  });

  it('count only what was accepted with them, not duplicates', async () => {
    await storage.acceptor.accept(sample('known'));
    const requests = [sample(), sample('known'), sample('new'), sample('new')];
    const results = await acceptAll(requests);
    expect(results.map((result) => result.kind)).toEqual(['accepted', 'duplicate', 'accepted', 'duplicate']);
    expect(chunkOf(results[0])!.size).toBe(2);
    expect(chunkOf(results[2])).toEqual(chunkOf(results[0]));
  });

  it('leave the only accepted one of a group to travel alone', async () => {
    await storage.acceptor.accept(sample('known-too'));
    const results = await acceptAll([sample(), sample('known-too')]);
    expect(chunkOf(results[0])).toBeNull();
  });

  it('are counted by the statement that wrote them when a neighbour had to be split off', async () => {
    const requests = Array.from({ length: 20 }, () => sample());
    requests[7]!.workflowId = 2 ** 40;
    const results = await Promise.allSettled(requests.map((request) => storage.acceptor.accept(request)));
    const accepted = results.flatMap((result) => (result.status === 'fulfilled' ? [chunkOf(result.value)] : []));
    expect(accepted).toHaveLength(19);
    const members = new Map<string, number>();
    for (const chunk of accepted) if (chunk) members.set(chunk.id, (members.get(chunk.id) ?? 0) + 1);
    expect(accepted.flatMap((chunk) => (chunk ? [chunk.size === members.get(chunk.id)] : []))).not.toContain(false);
    expect(Math.max(...members.values())).toBeGreaterThan(1);
  });

  it('are off at a size of 1', async () => {
    const single = await openTestStorage(database.url, { chunkSize: 1 });
    try {
      const requests = Array.from({ length: 5 }, () => sample());
      expect((await acceptAll(requests, single)).map(chunkOf)).toEqual(requests.map(() => null));
    } finally {
      await single.close();
    }
  });
});
