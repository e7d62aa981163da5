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
    const held = lease.hold();
    expect(await aborted(held.signal)).toBeInstanceOf(LostClaim);
    expect(held.isHeld()).toBe(false);
  });

  it('ends runs without an outcome when the worker stops, and gives the lease back', async () => {
    const { lease, released } = await leaseOver(true);
    const held = lease.hold();
    await lease.stop();
    expect(held.signal.reason).toBeInstanceOf(LostClaim);
    expect(held.isHeld()).toBe(false);
    expect(released).toEqual([held.id]);
    expect(() => lease.hold()).toThrow(StorageUnavailable);
  });
});
