import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleAccept,
  sampleNodeRun,
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
    await storage.executions.claim(accepted[0]!, 0, dead, null);
    await storage.executions.claim(accepted[1]!, 0, alive, null);
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
    await storage.executions.claim(accepted[0]!, 0, lease, null);
    expect(await storage.dispatch.findLost(0, 10)).toEqual([]);
  });

  it('has a lost execution wait again, journaled or not, its attempt, its start and the lost worker counted', async () => {
    const lease = await storage.leases.open('dead', 0);
    const [pure, acting] = [accepted[0]!, accepted[1]!];
    await storage.executions.claim(pure, 0, lease, null);
    await storage.executions.claim(acting, 0, lease, null);
    await storage.executions.journal({ executionId: acting, attempt: 1, leaseId: lease }, 0, [sampleNodeRun()]);
    const lost = await storage.dispatch.findLost(0, 10);
    expect(lost).toEqual(
      [pure, acting].map((id) => ({
        id,
        attempt: 1,
        leaseId: lease,
        workflowKey: 'dispatched',
        lostWorkers: 0,
        isCounted: true,
      })),
    );
    const requeued = await Promise.all(lost.map((execution) => storage.dispatch.requeueLost(execution)));
    expect(requeued).toEqual(
      [pure, acting].map((id) => ({ id, attempt: 1, mode: 'async', dedupId: null, chunkId: null })),
    );
    for (const id of [pure, acting])
      expect(await storage.executions.loadRunnable(id)).toMatchObject({
        status: 'queued',
        attempt: 1,
        leaseId: null,
        startedAt: expect.any(Date),
        lostWorkers: 1,
      });
    expect(await storage.dispatch.findQueued(0, null, 2)).toEqual(requeued);
  });

  it('lets one of several have a lost execution, and nobody one whose worker is there', async () => {
    const other = await openTestStorage(database.url);
    try {
      const lease = await storage.leases.open('alive', 60_000);
      await storage.executions.claim(accepted[0]!, 0, lease, null);
      const lost = { id: accepted[0]!, attempt: 1, leaseId: lease };
      expect(await storage.dispatch.requeueLost(lost)).toBeNull();
      await storage.leases.release(lease);
      const tries = await Promise.all(
        [storage, other, storage, other].map(({ dispatch }) => dispatch.requeueLost(lost)),
      );
      expect(tries.filter((requeued) => requeued !== null)).toHaveLength(1);
      expect((await storage.executions.loadRunnable(lost.id))!.lostWorkers).toBe(1);
    } finally {
      await other.close();
    }
  });

  it('finds an abandoned execution although the lease of its worker goes on', async () => {
    const lease = await storage.leases.open('alive', 60_000);
    await storage.executions.claim(accepted[0]!, 0, lease, null);
    await storage.executions.abandon({ executionId: accepted[0]!, attempt: 0, leaseId: lease }, 'fault');
    expect(await storage.dispatch.findLost(60_000, 10)).toEqual([]);
    await storage.executions.abandon({ executionId: accepted[0]!, attempt: 1, leaseId: lease }, 'fault');
    const [lost] = await storage.dispatch.findLost(60_000, 10);
    expect(lost).toMatchObject({ id: accepted[0], attempt: 1, leaseId: 0 });
    expect(await storage.dispatch.requeueLost(lost!)).toMatchObject({ id: accepted[0], attempt: 1 });
    expect((await storage.executions.loadRunnable(accepted[0]!))!.lostWorkers).toBe(1);
  });

  it('does not count a loss that was an outage: an execution that meets three of them kills nobody', async () => {
    const leaseId = await storage.leases.open('alive', 60_000);
    await storage.executions.claim(accepted[0]!, 0, leaseId, null);
    await storage.executions.abandon({ executionId: accepted[0]!, attempt: 1, leaseId }, 'outage');
    const [lost] = await storage.dispatch.findLost(60_000, 10);
    expect(lost).toMatchObject({ id: accepted[0], isCounted: false });
    await storage.dispatch.requeueLost(lost!);
    expect(await storage.executions.loadRunnable(accepted[0]!)).toMatchObject({ status: 'queued', lostWorkers: 0 });
  });
});

describe('the chunk of a waiting execution', () => {
  it('is told until it ran for the first time', async () => {
    const chunks = async () => (await storage.dispatch.findQueued(0, null, 5)).map(({ chunkId }) => chunkId);
    expect(await chunks()).toEqual(accepted.map(() => accepted[0]));
    const lease = await storage.leases.open('alive', 60_000);
    await storage.executions.claim(accepted[0]!, 0, lease, null);
    await storage.executions.handBack({ executionId: accepted[0]!, attempt: 1, leaseId: lease }, 0, []);
    expect(await chunks()).toEqual(accepted.map((_, n) => (n === 0 ? null : accepted[0])));
  });
});

describe('suspended executions', () => {
  /** All accepted ones, suspended until so many milliseconds from now; null until somebody wakes them. */
  async function suspendAll(waits: readonly (number | null)[]): Promise<void> {
    const leaseId = await storage.leases.open('alive', 60_000);
    for (const [index, wait] of waits.entries()) {
      const executionId = accepted[index]!;
      await storage.executions.claim(executionId, 0, leaseId, null);
      const resumeAt = wait === null ? null : new Date(Date.now() + wait);
      await storage.executions.suspend({ executionId, attempt: 1, leaseId }, 0, [sampleNodeRun()], resumeAt);
    }
  }

  it('are queued again when their time has come, longest due first, at most as many as asked for', async () => {
    await suspendAll([-1_000, 3_600_000, null, -3_000, -2_000]);
    const first = await storage.dispatch.resumeDue(2);
    expect(new Set(first.map(({ id }) => id))).toEqual(new Set([accepted[3], accepted[4]]));
    expect(first[0]).toMatchObject({ attempt: 1, mode: 'async', chunkId: null });
    expect((await storage.dispatch.resumeDue(10)).map(({ id }) => id)).toEqual([accepted[0]]);
    expect(await storage.dispatch.resumeDue(10)).toEqual([]);
    expect(await storage.executions.loadRunnable(accepted[3]!)).toMatchObject({ status: 'queued', attempt: 1 });
    expect(await storage.executions.findReply(accepted[1]!)).toMatchObject({ status: 'started', suspended: true });
  });

  it('are each taken by one of several dispatchers that ask at once', async () => {
    const other = await openTestStorage(database.url);
    try {
      await suspendAll([-5, -4, -3, -2, -1]);
      const asked = [storage, other, storage, other].map(({ dispatch }) => dispatch.resumeDue(2));
      const taken = (await Promise.all(asked)).flat().map(({ id }) => id);
      expect(new Set(taken).size).toBe(taken.length);
      const rest = (await storage.dispatch.resumeDue(10)).map(({ id }) => id);
      expect([...taken, ...rest].sort()).toEqual([...accepted].sort());
    } finally {
      await other.close();
    }
  });

  it('are not resumed and ended at once: one of the two is first, and the ending stands', async () => {
    const other = await openTestStorage(database.url);
    try {
      await suspendAll([-1, -1, -1, -1, -1]);
      const error = { code: 'timeout', message: 'Its time is over.' };
      const ending = { status: 'aborted' as const, reason: 'timeout' as const, error };
      const [ends] = await Promise.all([
        Promise.all(accepted.map((id) => other.executions.endFromOutside(id, ending))),
        storage.dispatch.resumeDue(10),
      ]);
      expect(ends.map(({ kind }) => kind)).toEqual(accepted.map(() => 'ended'));
      expect(await storage.dispatch.resumeDue(10)).toEqual([]);
      expect(await storage.dispatch.countQueued(10)).toBe(0);
    } finally {
      await other.close();
    }
  });
});

describe('executions whose time is over', () => {
  it('are found at once where nobody runs them, and later where a worker ends them itself', async () => {
    const leaseId = await storage.leases.open('alive', 60_000);
    const [running, suspended, queued, lost, timeless] = accepted as [string, string, string, string, string];
    const hold = (executionId: string) => ({ executionId, attempt: 1, leaseId });
    for (const id of [running, suspended, queued, lost]) await storage.executions.claim(id, 0, leaseId, 1);
    await storage.executions.claim(timeless, 0, leaseId, null);
    await storage.executions.suspend(hold(suspended), 0, [], null);
    await storage.executions.handBack(hold(queued), 0, []);
    await storage.executions.abandon(hold(lost), 'fault');
    const find = async (graceMs: number) => new Set(await storage.dispatch.findExpired(graceMs, 10));
    expect(await find(60_000)).toEqual(new Set([suspended, queued, lost]));
    expect(await find(0)).toEqual(new Set([running, suspended, queued, lost]));
    expect(await storage.dispatch.findExpired(0, 2)).toHaveLength(2);
  });

  it('are not found before, nor after they ended', async () => {
    const leaseId = await storage.leases.open('alive', 60_000);
    await storage.executions.claim(accepted[0]!, 0, leaseId, 3_600_000);
    await storage.executions.claim(accepted[1]!, 0, leaseId, 1);
    const expected = { status: 'started' as const, attempt: 1, leaseId };
    await storage.executions.recordOutcome(sampleOutcome(accepted[1]!, { status: 'aborted', expected }));
    expect(await storage.dispatch.findExpired(0, 10)).toEqual([]);
  });
});
