import { afterEach, describe, expect, it } from '@jest/globals';
import { LostClaim } from '#engine';
import { StorageUnavailable, type LeaseStore } from '#storage';
import { WorkerLease } from './worker-lease.js';

const TTL = 30;
const started: WorkerLease[] = [];

async function leaseOver(renews: boolean) {
  const released: number[] = [];
  let opened = 0;
  const store: LeaseStore = {
    open: async () => (opened += 1),
    renew: async () => renews,
    release: async (id) => void released.push(id),
  };
  const lease = new WorkerLease(store, 'worker', TTL, () => undefined);
  started.push(lease);
  await lease.start();
  return { lease, released };
}

const aborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));

describe('WorkerLease', () => {
  afterEach(async () => {
    await Promise.all(started.splice(0).map((lease) => lease.stop()));
  });

  it('ends runs without an outcome when it is lost: recovery decides about them, and the next lease does not revive them', async () => {
    const { lease } = await leaseOver(false);
    const run = new AbortController();
    const held = lease.hold(run);
    expect(await aborted(run.signal)).toBeInstanceOf(LostClaim);
    expect(held.isHeld()).toBe(false);
  });

  it('is not revived by a renewal that was under way when it ran out: who saw it run out has stopped', async () => {
    const released: number[] = [];
    let opened = 0;
    let renewed = (_is: boolean): void => undefined;
    const lease = new WorkerLease(
      {
        open: async () => (opened += 1),
        renew: () => new Promise((resolve) => (renewed = resolve)),
        release: async (id) => void released.push(id),
      },
      'worker',
      TTL,
      () => undefined,
    );
    started.push(lease);
    await lease.start();
    const run = new AbortController();
    const held = lease.hold(run);
    while (held.isHeld()) await new Promise((resolve) => setTimeout(resolve, 5));
    const ended = aborted(run.signal);
    renewed(true);
    expect(await ended).toBeInstanceOf(LostClaim);
    expect(held.isHeld()).toBe(false);
    // Given back, so that others recover at once what was claimed under it.
    expect(released).toEqual([held.id]);
  }, 2_000);

  it('ends runs without an outcome when the worker stops, and gives the lease back', async () => {
    const { lease, released } = await leaseOver(true);
    const run = new AbortController();
    const held = lease.hold(run);
    await lease.stop();
    expect(run.signal.reason).toBeInstanceOf(LostClaim);
    expect(held.isHeld()).toBe(false);
    expect(released).toEqual([held.id]);
    expect(() => lease.hold(new AbortController())).toThrow(StorageUnavailable);
  });

  it('has nothing to do any more with a run that let go of it', async () => {
    const { lease } = await leaseOver(true);
    const [over, going] = [new AbortController(), new AbortController()];
    lease.hold(over).letGo();
    lease.hold(going);
    await lease.stop();
    expect([over.signal.aborted, going.signal.aborted]).toEqual([false, true]);
  });
});
