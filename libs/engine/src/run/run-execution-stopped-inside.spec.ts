import { describe, expect, it } from '@jest/globals';
import type { Outcome, Rounds } from '../contract/outcome.js';
import { LostClaim } from '../contract/ports.js';
import { inMemoryJournal } from '../testing/in-memory-journal.js';
import { runNodes, runNodesToResult, step, value } from '../testing/run-nodes.js';

const CANCELED = { status: 'canceled', reason: 'manual_cancel' };
const TIMED_OUT = { status: 'aborted', reason: 'timeout' };
const resumeAt = new Date('2026-02-01T00:00:00.000Z');

const rounds: Rounds = { branch: 'body', items: 3, condition: null, exit: 'continue' };
const never = (stop?: () => void) =>
  step('never', () => {
    stop?.();
    return new Promise<Outcome>(() => undefined);
  });
const wait = step('wait', () => ({ kind: 'suspend', resumeAt, result: null }), {
  resume: () => ({ kind: 'done', result: null }),
});

/** A parallel of a wait, a loop whose second round does not come back, and a branch that is through. */
function nodes(stop: () => void) {
  const second = step(
    'check',
    ({ node }) => ({ kind: 'branch', name: node.rounds[0] === 1 ? 'yes' : 'no', result: 1 }),
    {
      branches: { yes: [never(stop)] },
    },
  );
  const each = step('each', () => ({ kind: 'each', rounds }), { branches: { body: [second] } });
  const branches = { waits: [wait], loops: [each, value('after', 1)], done: [value('done', 1)] };
  return [step('fork', () => ({ kind: 'fork', mode: 'allSettled' }), { branches }), value('last', 1)];
}

describe('runExecution: stopped inside branches', () => {
  it.each([CANCELED, TIMED_OUT])(
    'Trap 18: ends as %j from inside a loop in a parallel, and leaves nothing pending',
    async (why) => {
      const stop = new AbortController();
      const ran = await runNodes(
        nodes(() => setImmediate(() => stop.abort(why))),
        { signal: stop.signal },
      );
      expect(ran).toMatchObject(why);
      const { status } = why;
      expect(ran.nodeRuns.map(({ nodeKey, rounds: at = [], status: own }) => [nodeKey, ...at, own].join(' '))).toEqual([
        `fork ${status}`,
        'wait aborted',
        'done resolved',
        `each ${status}`,
        'check 0 resolved',
        'check 1 resolved',
        `never 1 ${status}`,
      ]);
    },
  );

  it('a claim that is lost in one branch stops the others before they do anything more', async () => {
    const acted: string[] = [];
    const act = (key: string) =>
      step(key, async () => {
        acted.push(key);
        await new Promise((resolve) => setImmediate(resolve));
        return { kind: 'done', result: null };
      });
    const effect = step('effect', () => ({ kind: 'done', result: acted.push('effect') }), { effect: 'effect' });
    const branches = { a: [effect], b: [act('b1'), act('b2'), act('b3'), act('b4')] };
    const fork = step('fork', () => ({ kind: 'fork', mode: 'all' }), { branches });
    const journal = inMemoryJournal({ loseClaimAt: 0 });
    await expect(runNodesToResult([fork], { ports: { journal } })).rejects.toThrow(LostClaim);
    const soFar = [...acted];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(acted).toEqual(soFar);
    expect(acted).not.toContain('effect');
    expect(acted.length).toBeLessThan(4);
  });

  it('a worker that stops yields once every branch stands between two nodes, with all that they did', async () => {
    let yields = false;
    const slow = step('slow', async () => {
      yields = true;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { kind: 'done', result: 'slow' };
    });
    const branches = { a: [slow, value('next', 1)], b: [wait] };
    const fork = step('fork', () => ({ kind: 'fork', mode: 'all' }), { branches });
    const result = await runNodesToResult([fork], { shouldYield: () => yields });
    const runs = result.kind === 'yielded' ? result.nodeRuns : [];
    expect(runs.map(({ nodeKey, status }) => `${nodeKey} ${status}`)).toEqual(['fork pending', 'slow resolved']);
    const journal = inMemoryJournal();
    const again = await runNodesToResult([fork], { restored: runs, ports: { journal } });
    expect(again).toEqual({ kind: 'suspended' });
    expect(journal.entries[0]?.runs.map(({ nodeKey }) => nodeKey)).toEqual(expect.arrayContaining(['next', 'wait']));
  });
});
