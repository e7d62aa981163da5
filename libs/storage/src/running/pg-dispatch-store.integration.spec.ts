import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Storage } from '../contract.js';
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
let accepted: string[];

beforeEach(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  const ids = await saveSampleWorkflow(storage, { key: 'dispatched' });
  const requests = Array.from({ length: 5 }, () => sampleAccept(ids));
  await Promise.all(requests.map((request) => storage.acceptor.accept(request)));
  accepted = requests.map((request) => request.executionId);
});

afterEach(async () => {
  await storage?.close();
  await database?.drop();
});

describe('the dispatcher', () => {
  it('finds what waits, oldest first, page by page', async () => {
    const first = await storage.dispatch.findQueued(0, null, 3);
    const rest = await storage.dispatch.findQueued(0, first.at(-1)!.id, 3);
    expect([...first, ...rest].map((execution) => execution.id)).toEqual(accepted);
    expect(await storage.dispatch.findQueued(60_000, null, 3)).toEqual([]);
  });

  it('counts what waits up to a limit', async () => {
    await storage.executions.recordOutcome(sampleOutcome(accepted[0]!));
    expect(await storage.dispatch.countQueued(100)).toBe(4);
    expect(await storage.dispatch.countQueued(2)).toBe(2);
  });

  it('finds executions of an expired lease, which can then not be renewed', async () => {
    const [dead, alive] = [await storage.leases.open('dead', 0), await storage.leases.open('alive', 60_000)];
    await storage.executions.claim(accepted[0]!, 0, dead);
    await storage.executions.claim(accepted[1]!, 0, alive);
    expect(await storage.dispatch.findLost(60_000, 10)).toEqual([]);
    const lost = await storage.dispatch.findLost(0, 10);
    expect(lost.map(({ id, attempt, leaseId }) => ({ id, attempt, leaseId }))).toEqual([
      { id: accepted[0], attempt: 1, leaseId: dead },
    ]);
    expect(await storage.leases.renew(dead, 60_000)).toBe(false);
    expect(await storage.leases.renew(alive, 60_000)).toBe(true);
  });

  it('lets a lease that ran out unnoticed be renewed', async () => {
    const lease = await storage.leases.open('slow', 0);
    expect(await storage.leases.renew(lease, 60_000)).toBe(true);
    await storage.executions.claim(accepted[0]!, 0, lease);
    expect(await storage.dispatch.findLost(0, 10)).toEqual([]);
  });

  it('has a lost execution wait again, its attempt counted, unless an effect of it was written down', async () => {
    const lease = await storage.leases.open('dead', 0);
    const [pure, acting] = [accepted[0]!, accepted[1]!];
    await storage.executions.claim(pure, 0, lease);
    await storage.executions.claim(acting, 0, lease);
    await storage.executions.journal({ executionId: acting, attempt: 1, leaseId: lease }, 0, []);
    const lost = await storage.dispatch.findLost(0, 10);
    expect(new Map(lost.map(({ id, journaled }) => [id, journaled]))).toEqual(
      new Map([
        [pure, false],
        [acting, true],
      ]),
    );
    expect(await Promise.all(lost.map((execution) => storage.dispatch.requeueLost(execution)))).toEqual(
      lost.map(({ journaled }) => !journaled),
    );
    expect(await storage.dispatch.requeueLost(lost[0]!)).toBe(false);
    expect(await storage.executions.loadRunnable(pure)).toMatchObject({ status: 'queued', attempt: 1, leaseId: null });
    expect((await storage.dispatch.findQueued(0, null, 1))[0]).toMatchObject({ id: pure, attempt: 1 });
  });

  it('finds an abandoned execution although the lease of its worker goes on', async () => {
    const lease = await storage.leases.open('alive', 60_000);
    await storage.executions.claim(accepted[0]!, 0, lease);
    await storage.executions.abandon({ executionId: accepted[0]!, attempt: 0, leaseId: lease });
    expect(await storage.dispatch.findLost(60_000, 10)).toEqual([]);
    await storage.executions.abandon({ executionId: accepted[0]!, attempt: 1, leaseId: lease });
    const [lost] = await storage.dispatch.findLost(60_000, 10);
    expect(lost).toMatchObject({ id: accepted[0], attempt: 1, journaled: false });
    expect(await storage.dispatch.requeueLost(lost!)).toBe(true);
  });
});
