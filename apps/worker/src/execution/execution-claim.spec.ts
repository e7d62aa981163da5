import { describe, expect, it } from '@jest/globals';
import { LostClaim, type NodeRunRecord } from '#engine';
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

function claimOver(answers: { claim?: boolean; journal?: boolean; held?: boolean }) {
  const calls: unknown[] = [];
  const store = {
    claim: async (...args: unknown[]) => {
      calls.push(['claim', ...args]);
      return answers.claim ?? true;
    },
    journal: async (...args: unknown[]) => {
      calls.push(['journal', ...args]);
      return answers.journal ?? true;
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
    };
    const claim = new ExecutionClaim({ id: 'x', attempt: 0 }, { id: 1, isHeld: () => held }, store);
    await expect(claim.beforeEffect(run, [])).rejects.toBeInstanceOf(LostClaim);
  });
});
