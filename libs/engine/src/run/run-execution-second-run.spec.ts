import { describe, expect, it } from '@jest/globals';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome, Rounds } from '../contract/outcome.js';
import { committedRuns, inMemoryJournal } from '../testing/in-memory-journal.js';
import { runToResult } from '../testing/run-document.js';
import { runNodes, runNodesToResult, step, value } from '../testing/run-nodes.js';

const resumeAt = new Date('2026-02-01T00:00:00.000Z');
const wait = () =>
  step('wait', () => ({ kind: 'suspend', resumeAt, result: null }), {
    resume: () => ({ kind: 'done', result: 'over' }),
  });

const statuses = (runs: readonly NodeRunRecord[]) =>
  runs.map(({ nodeKey, rounds = [], status }) => [nodeKey, ...rounds, status].join(' '));

describe('runExecution: what was decided stands in the next run', () => {
  it.each([
    ['race', 'resolved', ['aborted', 'aborted', 'resolved']],
    ['any', 'resolved', ['aborted', 'aborted', 'resolved']],
    ['all', 'failed', ['aborted', 'aborted', 'failed']],
  ])('a branch that was given up does not decide a parallel %s', async (mode, status, result) => {
    const endStatus = { resolved: [{ type: 'output', config: { value: 1 } }] };
    const fail = [{ type: 'condition', config: { rejectOnFalse: true, engine: 'math.js', expression: '1 > 2' } }];
    const child = (key: string) => ({ key, type: 'subflow', config: { workflow: 'other' } });
    const each = { type: 'loop', config: { target: 3, exit: 'continue' }, branches: { body: [child('inner')] } };
    const branches = { a: [child('sub')], b: [each], quick: status === 'failed' ? fail : endStatus.resolved };
    const nodes = [{ key: 'p', type: 'parallel', config: { mode }, branches }];
    const document = { trigger: { type: 'webhook' }, nodes };
    const journal = inMemoryJournal();
    const first = await runToResult(document, {}, { ports: { journal } });
    expect(first).toMatchObject({ kind: 'ended', status });
    // The worker died before the ending was recorded, after one or both of the waits were undone.
    const undone = journal.entries.findIndex((entry) => entry.write?.kind === 'abort_execution');
    expect(undone).toBeGreaterThan(0);
    for (let kept = undone + 1; kept <= journal.entries.length; kept += 1) {
      const restored = committedRuns(journal.entries.slice(0, kept));
      const second = await runToResult(document, {}, { ports: { journal: inMemoryJournal() }, restored });
      expect(second).toMatchObject({ kind: 'ended', status });
      const runs = second.kind === 'ended' ? second.nodeRuns : [];
      expect(runs.find((run) => run.nodeKey === 'p')).toMatchObject({ status, result });
    }
  });

  it('a round that was begun is gone on with, whatever its condition says now', async () => {
    let asked = 0;
    const condition = { holds: () => (asked += 1) <= 2, skipFirst: false, continueOnFalse: false };
    const rounds: Rounds = { branch: 'body', items: 5, condition, exit: 'return' };
    const nodes = [step('each', () => ({ kind: 'each', rounds }), { branches: { body: [value('a', 1), wait()] } })];
    let restored: NodeRunRecord[] = [];
    for (let n = 0; n < 2; n += 1) {
      const journal = inMemoryJournal();
      const result = await runNodesToResult(nodes, { ports: { journal }, restored, wokenAt: resumeAt });
      expect(result).toEqual({ kind: 'suspended' });
      restored = committedRuns([{ runs: restored }, ...journal.entries]);
    }
    const last = await runNodes(nodes, { restored, wokenAt: resumeAt });
    expect(asked).toBe(3);
    expect(last.nodeRuns.find((run) => run.nodeKey === 'each')?.result).toEqual({ looped: 2, done: 2, broken: true });
    expect(statuses(last.nodeRuns)).toEqual(['each resolved', 'wait 1 resolved']);
  });

  it('a round that was skipped is not made late', async () => {
    let run = 0;
    const condition = {
      holds: (scope: { $scopes: unknown }) => run > 0 || JSON.stringify(scope.$scopes).includes('"index":2'),
      skipFirst: false,
      continueOnFalse: true,
    };
    const rounds: Rounds = { branch: 'body', items: 3, condition, exit: 'return' };
    const nodes = [step('each', () => ({ kind: 'each', rounds }), { branches: { body: [wait()] } })];
    const journal = inMemoryJournal();
    expect(await runNodesToResult(nodes, { ports: { journal } })).toEqual({ kind: 'suspended' });
    run = 1;
    const last = await runNodes(nodes, { restored: committedRuns(journal.entries), wokenAt: resumeAt });
    expect(statuses(last.nodeRuns)).toEqual(['each resolved', 'wait 2 resolved']);
    expect(last.nodeRuns[0]?.result).toEqual({ looped: 3, done: 1 });
  });

  it('a branch that was taken before a failure is gone on with, whatever its node would say now', async () => {
    const failAfter = { code: 'no_match', message: 'None holds.' };
    const otherwise: Outcome = { kind: 'branch', name: 'otherwise', result: [1], failAfter };
    let calls = 0;
    const branches = { otherwise: [wait(), value('end', 1)], other: [value('never', 1)] };
    const again: Outcome = { kind: 'branch', name: 'other', result: [2] };
    const nodes = [step('multi', () => ((calls += 1) === 1 ? otherwise : again), { branches })];
    const journal = inMemoryJournal();
    expect(await runNodesToResult(nodes, { ports: { journal } })).toEqual({ kind: 'suspended' });
    const last = await runNodes(nodes, { restored: committedRuns(journal.entries), wokenAt: resumeAt });
    expect(last).toMatchObject({ status: 'failed', error: failAfter });
    expect(statuses(last.nodeRuns)).toEqual(['multi failed', 'wait resolved', 'end resolved']);
    expect(last.nodeRuns[0]?.result).toEqual([1]);
  });
});
