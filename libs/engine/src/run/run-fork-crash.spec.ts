import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LostClaim, type Journal, type TaskReader } from '../contract/ports.js';
import type { Outcome } from '../contract/outcome.js';
import { committedRuns, inMemoryJournal, type InMemoryJournal } from '../testing/in-memory-journal.js';
import { runDocument, runToResult } from '../testing/run-document.js';
import { runNodesToResult, step } from '../testing/run-nodes.js';

const open = { assignee: 'zoe', status: 'open', action: null, values: null, comment: null, submittedAt: null } as const;
/** Nobody has answered. */
const tasks: TaskReader = { find: async () => [open] };

/** Commits `write`, and then the worker is dead. */
function dyingAfter(journal: InMemoryJournal, write: string): Journal {
  return {
    ...journal,
    write: async (given, visit, finish) => {
      await journal.write(given, visit, finish);
      if (given.kind === write) throw new LostClaim();
    },
  };
}

const ask = { key: 'ask', type: 'manual', config: { assignees: ['zoe'] } };
const pause = { key: 'pause', type: 'delay', config: { duration: 1, unit: 'day' } };
const never = {
  key: 'never',
  type: 'condition',
  config: { rejectOnFalse: true, engine: 'math.js', expression: '1 > 2' },
};

describe('runExecution: a crash between the end of a branch and the end of its parallel', () => {
  it.each([
    ['race', [pause], 'resolved', ['aborted', 'resolved']],
    ['any', [pause], 'resolved', ['aborted', 'resolved']],
    ['race', [pause, never], 'failed', ['aborted', 'failed']],
    ['all', [pause, never], 'failed', ['aborted', 'failed']],
  ])('does not let the branch that was given up decide a parallel %s', async (mode, decides, status, result) => {
    const both = { key: 'both', type: 'parallel', config: { mode }, branches: { asks: [ask], decides } };
    const document = { trigger: { type: 'webhook' }, nodes: [both] };
    const journal = inMemoryJournal();
    const wokenAt = new Date('2026-03-01');
    const restored = () => committedRuns(journal.entries);
    const waiting = await runToResult(document, {}, { ports: { journal } });
    expect(waiting.kind).toBe('suspended');
    const dying = { ports: { journal: dyingAfter(journal, 'close_tasks'), tasks }, restored: restored(), wokenAt };
    await expect(runToResult(document, {}, dying)).rejects.toThrow(LostClaim);
    expect(restored().find(({ nodeKey }) => nodeKey === 'ask')?.status).toBe('aborted');

    const ended = await runDocument(document, {}, { ports: { journal, tasks }, restored: restored(), wokenAt });
    expect(ended.status).toBe(status);
    expect(ended.nodeRuns.find(({ nodeKey }) => nodeKey === 'both')).toMatchObject({ status, result });
    expect(journal.entries.filter(({ write }) => write?.kind === 'close_tasks')).toHaveLength(1);
  });

  it('undoes a wait that was being looked at when its branch lost', async () => {
    const branches = { asks: [ask], decides: [pause] };
    const document = {
      trigger: { type: 'webhook' },
      nodes: [{ key: 'both', type: 'parallel', config: { mode: 'race' }, branches }],
    };
    const journal = inMemoryJournal();
    await runToResult(document, {}, { ports: { journal } });
    const slow: TaskReader = { find: () => sleep(5, [open]) };
    const resumed = { restored: committedRuns(journal.entries), wokenAt: new Date('2026-03-01') };
    const ended = await runDocument(document, {}, { ports: { journal, tasks: slow }, ...resumed });
    expect(ended.status).toBe('resolved');
    expect(journal.entries.filter(({ write }) => write?.kind === 'close_tasks')).toHaveLength(1);
    const asked = committedRuns([...journal.entries, { runs: ended.nodeRuns }]).find(
      ({ nodeKey }) => nodeKey === 'ask',
    );
    expect(asked).toMatchObject({ status: 'aborted', error: { code: 'aborted' } });
  });

  it('still does not know about an effect in doubt that was recorded as such', async () => {
    const once = step('once', () => ({ kind: 'done', result: null }), { effect: 'effect' });
    const record: Outcome = {
      kind: 'write',
      write: { kind: 'close_tasks' },
      settle: () => ({ kind: 'done', result: 1 }),
    };
    const write = step('write', () => record);
    const nodes = [
      step('both', () => ({ kind: 'fork', mode: 'allSettled' }), { branches: { left: [once], right: [write] } }),
    ];
    const journal = inMemoryJournal();
    const restored = () => committedRuns(journal.entries);
    const lost: Journal = {
      ...journal,
      beforeEffect: async (runs) => {
        await journal.beforeEffect(runs);
        throw new LostClaim();
      },
      write: () => Promise.reject(new LostClaim()),
    };
    await expect(runNodesToResult(nodes, { ports: { journal: lost } })).rejects.toThrow(LostClaim);
    const dying = { ports: { journal: dyingAfter(journal, 'close_tasks') }, restored: restored() };
    await expect(runNodesToResult(nodes, dying)).rejects.toThrow(LostClaim);
    expect(restored().map(({ nodeKey, status }) => `${nodeKey} ${status}`)).toEqual([
      ...['both pending', 'once retry_needed', 'write resolved'],
    ]);

    const ended = await runNodesToResult(nodes, { ports: { journal }, restored: restored() });
    expect(ended).toMatchObject({ kind: 'ended', status: 'retry_needed', reason: 'worker_lost' });
  });
});
