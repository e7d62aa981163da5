import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#shared';
import type { NodeTestToCreate, Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
});
afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

async function created(more: Partial<NodeTestToCreate> = {}): Promise<NodeTestToCreate> {
  const test: NodeTestToCreate = {
    id: newId(),
    type: 'script',
    config: { content: 'return 1 // \u0000 \ud800' },
    context: { data: { a: null } },
    results: { before: [1] },
    replyTo: 'admin-1',
    expiresInMs: 30_000,
    ...more,
  };
  await storage.nodeTests.create(test);
  return test;
}

describe('the test of a node in Postgres', () => {
  it('is given to one worker once, as it was asked for', async () => {
    const { id, expiresInMs, ...test } = await created();
    expect(await storage.nodeTests.find(id)).toEqual({ kind: 'waiting' });
    const taken = await Promise.all(Array.from({ length: 5 }, () => storage.nodeTests.take(id)));
    const [given, ...others] = taken.filter((each) => each !== null);
    expect([given, others]).toEqual([{ ...test, id, expiresInMs: expect.any(Number) }, []]);
    expect(given!.expiresInMs).toBeLessThanOrEqual(expiresInMs);
    expect(await storage.nodeTests.find(id)).toEqual({ kind: 'running' });
  });

  it('ends once, with its outcome', async () => {
    const { id } = await created();
    const outcome = { status: 'failed' as const, result: 'a\u0000', error: { code: 'c', message: 'm' }, log: 'l' };
    await storage.nodeTests.finish(id, outcome);
    await storage.nodeTests.finish(id, { ...outcome, status: 'resolved' });
    expect(await storage.nodeTests.find(id)).toEqual({ kind: 'ended', outcome });
  });

  it('is not begun once nobody waits any more', async () => {
    const { id } = await created({ expiresInMs: 0 });
    expect(await storage.nodeTests.take(id)).toBeNull();
  });

  it('is gone when it was fetched, or with a later one when nobody fetched it', async () => {
    const { id } = await created();
    await storage.nodeTests.delete(id);
    expect(await storage.nodeTests.find(id)).toBeNull();
    const { id: old } = await created({ expiresInMs: -120_000 });
    const { id: late } = await created({ expiresInMs: -1_000 });
    await created();
    expect(await storage.nodeTests.find(old)).toBeNull();
    expect(await storage.nodeTests.find(late)).toEqual({ kind: 'waiting' });
  });
});
