import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LoggedRequest, Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, saveSampleWorkflow, type TestDatabase } from '../testing/index.js';

let database: TestDatabase;
let storage: Storage;
const range = { from: new Date(Date.now() - 120_000), to: new Date(Date.now() + 120_000) };

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url, { refusalLogRate: 1000 });
  const { workflowId } = await saveSampleWorkflow(storage, { key: 'attacked' });
  const refusal = (more: Partial<LoggedRequest>): LoggedRequest => ({
    ...{
      id: newId(),
      receivedAt: new Date(),
      workflowId: null,
      verdict: 'refused',
      gate: 4,
      reason: 'unknown_webhook',
    },
    ...{ httpStatus: 404, method: 'POST', url: '/', ip: '192.0.2.1', rawHeaders: null, body: null, content: null },
    ...{ deliveryId: null, secretName: null, latencyMs: 0 },
    ...more,
  });
  const counted = await openTestStorage(database.url, { refusalLogRate: 0 });
  for (let n = 0; n < 3; n += 1) storage.requestLog.write(refusal({}));
  for (let n = 0; n < 5; n += 1) counted.requestLog.write(refusal({}));
  const bad = { workflowId, gate: 12, reason: 'invalid_signature' };
  storage.requestLog.write(refusal(bad));
  for (let n = 0; n < 19; n += 1) counted.requestLog.write(refusal(bad));
  storage.requestLog.write(refusal({ verdict: 'filtered', gate: 15, reason: null, workflowId }));
  await storage.requestLog.flush();
  await counted.close();
});

afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

describe('the counts of refusals', () => {
  it('hold those in the log and those beyond its rate, the most frequent first', async () => {
    expect(await storage.history.countRefusals(range)).toEqual({
      items: [
        { workflowKey: 'attacked', gate: 12, reason: 'invalid_signature', count: 20, logged: 1 },
        { workflowKey: null, gate: 4, reason: 'unknown_webhook', count: 8, logged: 3 },
      ],
      complete: true,
    });
  });

  it('are of one workflow when it is asked for', async () => {
    const { items } = await storage.history.countRefusals({ ...range, workflow: 'attacked' });
    expect(items.map(({ reason, count }) => [reason, count])).toEqual([['invalid_signature', 20]]);
    expect(await storage.history.countRefusals({ ...range, workflow: 'unknown\0' })).toEqual({
      items: [],
      complete: true,
    });
  });

  it('are of the range only', async () => {
    const past = { from: new Date(0), to: range.from };
    expect(await storage.history.countRefusals(past)).toEqual({ items: [], complete: true });
  });
});
