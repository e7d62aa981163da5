import { describe, expect, it } from '@jest/globals';
import { LostClaim, type NodeRunRecord } from '#engine';
import { StorageUnavailable } from '#storage';
import { ExecutionClaim } from './execution-claim.js';

const run: NodeRunRecord = {
  id: 'r',
  nodeKey: 'n',
  type: 'request',
  status: 'pending',
  input: null,
  result: null,
  error: null,
  log: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
};

const abandon = async () => undefined;

function claimOver(answers: { claim?: boolean; journal?: boolean | Error; held?: boolean; abandon?: Error[] }) {
  const calls: unknown[] = [];
  const store = {
    claim: async (...args: unknown[]) => {
      calls.push(['claim', ...args]);
      return answers.claim ?? true;
    },
    journal: async (...args: unknown[]) => {
      calls.push(['journal', ...args]);
      if (answers.journal instanceof Error) throw answers.journal;
      return answers.journal ?? true;
    },
    abandon: async (owned: unknown) => {
      calls.push(['abandon', owned]);
      const fault = answers.abandon?.shift();
      if (fault) throw fault;
    },
  };
  const lease = { id: 7, isHeld: () => answers.held ?? true };
  return { claim: new ExecutionClaim({ id: 'x', attempt: 2 }, lease, store), calls };
}

describe('ExecutionClaim', () => {
  it('leaves an execution without effects unclaimed: its one compare-and-set is at the end', async () => {
    const { claim, calls } = claimOver({});
    expect(await claim.expected()).toEqual({ status: 'queued', attempt: 2, leaseId: null });
    expect(calls).toEqual([]);
  });

  it('claims once, before the first effect, and counts the journal entries from 0', async () => {
    const { claim, calls } = claimOver({});
    await claim.beforeEffect(run, []);
    await claim.beforeEffect(run, [run]);
    expect(calls).toEqual([
      ['claim', 'x', 2, 7],
      ['journal', { executionId: 'x', attempt: 3, leaseId: 7 }, 0, [run]],
      ['journal', { executionId: 'x', attempt: 3, leaseId: 7 }, 1, [run, run]],
    ]);
    expect(await claim.expected()).toEqual({ status: 'started', attempt: 3, leaseId: 7 });
  });

  it.each([{ claim: false }, { journal: false }, { held: false }])(
    'stops the run before the effect when the claim or the lease is lost (%j)',
    async (answers) => {
      await expect(claimOver(answers).claim.beforeEffect(run, [])).rejects.toBeInstanceOf(LostClaim);
    },
  );

  it('does not begin an effect when the lease ran out while the intent was written', async () => {
    let held = true;
    const store = {
      claim: async () => true,
      journal: async () => {
        held = false;
        return true;
      },
      abandon,
    };
    const claim = new ExecutionClaim({ id: 'x', attempt: 0 }, { id: 1, isHeld: () => held }, store);
    await expect(claim.beforeEffect(run, [])).rejects.toBeInstanceOf(LostClaim);
  });

  it('gives the run up, its effect not begun, when the database is away while the intent is written', async () => {
    const { claim } = claimOver({ journal: new StorageUnavailable('away') });
    await expect(claim.beforeEffect(run, [])).rejects.toBeInstanceOf(LostClaim);
  });

  it('lets go of a claimed execution, again while the database is away: its lease alone would keep it for ever', async () => {
    const { claim, calls } = claimOver({ abandon: [new StorageUnavailable('away')] });
    await claim.claim();
    await claim.abandon();
    const owned = { executionId: 'x', attempt: 3, leaseId: 7 };
    expect(calls).toEqual([
      ['claim', 'x', 2, 7],
      ['abandon', owned],
      ['abandon', owned],
    ]);
  });

  it('has nothing to let go of when it never claimed, and leaves it to recovery when the lease is lost', async () => {
    const unclaimed = claimOver({});
    await unclaimed.claim.abandon();
    expect(unclaimed.calls).toEqual([]);
    const lost = claimOver({ held: false });
    await lost.claim.claim();
    await lost.claim.abandon();
    expect(lost.calls).toHaveLength(1);
  });
});
