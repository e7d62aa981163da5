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

interface Answers {
  /** What a write started; null when the claim is lost. */
  written?: { id: string; mode: 'async' | 'sync' }[] | null;
  claim?: boolean;
  journal?: boolean | Error;
  held?: boolean;
  abandon?: Error[];
}

function claimOver(answers: Answers) {
  const calls: unknown[] = [];
  const entry =
    (name: string) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      if (answers.journal instanceof Error) throw answers.journal;
      return answers.journal ?? true;
    };
  const store = {
    claim: async (...args: unknown[]) => {
      calls.push(['claim', ...args]);
      return answers.claim ?? true;
    },
    loadJournal: async () => ({ runs: [run], nextSeq: 4 }),
    journal: entry('journal'),
    suspend: entry('suspend'),
    handBack: entry('handBack'),
    write: async (...args: unknown[]) => {
      calls.push(['write', ...args.slice(0, 3)]);
      return answers.written === undefined ? [] : answers.written;
    },
    abandon: async (owned: unknown, why: string) => {
      calls.push(['abandon', owned, why]);
      const fault = answers.abandon?.shift();
      if (fault) throw fault;
    },
  };
  const lease = { id: 7, isHeld: () => answers.held ?? true };
  const onClaimed = () => void calls.push('claimed');
  const claim = new ExecutionClaim({ id: 'x', attempt: 2 }, lease, store, {
    timeoutMs: 900,
    onClaimed,
    onStarted: (started) => void calls.push(['started', started]),
  });
  return { claim, calls, store };
}

const CLAIMED = [['claim', 'x', 2, 7, 900], 'claimed'];
const HOLD = { executionId: 'x', attempt: 3, leaseId: 7 };
const RESUME_AT = new Date(5_000);

describe('ExecutionClaim', () => {
  it('leaves an execution without effects unclaimed: its one compare-and-set is at the end', async () => {
    const { claim, calls } = claimOver({});
    expect(await claim.expected()).toEqual({ status: 'queued', attempt: 2, leaseId: null });
    expect(calls).toEqual([]);
  });

  it('claims once, before the first effect, says so, and counts the journal entries from 0', async () => {
    const { claim, calls } = claimOver({});
    await claim.beforeEffect([run]);
    await claim.beforeEffect([run, run]);
    expect(calls).toEqual([...CLAIMED, ['journal', HOLD, 0, [run]], ['journal', HOLD, 1, [run, run]]]);
    expect(await claim.expected()).toEqual({ status: 'started', attempt: 3, leaseId: 7 });
  });

  it('says nothing of a claim that another worker was first to make', async () => {
    const { claim, calls } = claimOver({ claim: false });
    expect(await claim.claim()).toBe(false);
    expect(calls).toEqual([CLAIMED[0]]);
  });

  it('goes on behind the entries of earlier attempts', async () => {
    const { claim, calls } = claimOver({});
    expect(await claim.restore()).toEqual([run]);
    await claim.beforeEffect([run]);
    expect(calls.at(-1)).toEqual(['journal', HOLD, 4, [run]]);
  });

  it('claims before it suspends, and has let go then: there is nothing to abandon', async () => {
    const { claim, calls } = claimOver({});
    await claim.suspend([run, run], RESUME_AT);
    await claim.abandon('outage');
    expect(calls).toEqual([...CLAIMED, ['suspend', HOLD, 0, [run, run], RESUME_AT]]);
  });

  it('commits a write with its entry, and says what it started', async () => {
    const started = [{ id: 'child', mode: 'async' as const }];
    const { claim, calls } = claimOver({ written: started });
    const write = { kind: 'close_tasks' as const };
    await claim.write(write, run, () => [run]);
    expect(calls).toEqual([...CLAIMED, ['write', HOLD, 0, { write, visit: run }], ['started', started]]);
  });

  it('stops the run when the claim was lost to somebody else before its write', async () => {
    const { claim } = claimOver({ written: null });
    await expect(claim.write({ kind: 'close_tasks' }, run, () => [])).rejects.toBeInstanceOf(LostClaim);
  });

  it('claims before it hands back, names the attempt that is next, and has nothing to abandon then', async () => {
    const { claim, calls } = claimOver({});
    expect(await claim.handBack([run])).toBe(3);
    await claim.abandon('outage');
    expect(calls).toEqual([...CLAIMED, ['handBack', HOLD, 0, [run]]]);
  });

  it.each([{ claim: false }, { journal: false }, { held: false }])(
    'stops the run before the effect when the claim or the lease is lost (%j)',
    async (answers) => {
      await expect(claimOver(answers).claim.beforeEffect([run])).rejects.toBeInstanceOf(LostClaim);
    },
  );

  it.each([{ claim: false }, { journal: false }, { held: false }])(
    'neither suspends nor hands back what it does not own (%j)',
    async (answers) => {
      await expect(claimOver(answers).claim.suspend([run], RESUME_AT)).rejects.toBeInstanceOf(LostClaim);
      await expect(claimOver(answers).claim.handBack([])).rejects.toBeInstanceOf(LostClaim);
    },
  );

  it('does not begin an effect when the lease ran out while the intent was written', async () => {
    const answers: Answers = { held: true };
    const { claim, store } = claimOver(answers);
    store.journal = async () => {
      answers.held = false;
      return true;
    };
    await expect(claim.beforeEffect([run])).rejects.toBeInstanceOf(LostClaim);
  });

  it('gives the run up, its effect not begun, when the database is away while the intent is written', async () => {
    const { claim } = claimOver({ journal: new StorageUnavailable('away') });
    await expect(claim.beforeEffect([run])).rejects.toBeInstanceOf(LostClaim);
  });

  it('abandons what it could not suspend', async () => {
    const { claim, calls } = claimOver({ journal: new StorageUnavailable('away') });
    await expect(claim.suspend([run], null)).rejects.toBeInstanceOf(LostClaim);
    await claim.abandon('outage');
    expect(calls.at(-1)).toEqual(['abandon', HOLD, 'outage']);
  });

  it('lets go of a claimed execution, again while the database is away: its lease alone would keep it for ever', async () => {
    const { claim, calls } = claimOver({ abandon: [new StorageUnavailable('away')] });
    await claim.claim();
    await claim.abandon('outage');
    expect(calls).toEqual([...CLAIMED, ['abandon', HOLD, 'outage'], ['abandon', HOLD, 'outage']]);
  });

  it('has nothing to let go of when it never claimed, and leaves it to recovery when the lease is lost', async () => {
    const unclaimed = claimOver({});
    await unclaimed.claim.abandon('outage');
    expect(unclaimed.calls).toEqual([]);
    const lost = claimOver({ held: false });
    await lost.claim.claim();
    await lost.claim.abandon('outage');
    expect(lost.calls).toEqual(CLAIMED);
  });

  it('does not abandon what it was refused: the same job may run twice in this worker, under one lease', async () => {
    const { claim, calls } = claimOver({ claim: false });
    await claim.claim();
    await claim.abandon('outage');
    expect(calls).toEqual([CLAIMED[0]]);
  });
});
