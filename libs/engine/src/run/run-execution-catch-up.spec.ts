import { describe, expect, it } from '@jest/globals';
import { compileDocument, executionInput } from '../testing/run-document.js';
import { committedRuns, inMemoryJournal } from '../testing/in-memory-journal.js';
import { endedOutcome } from '../testing/ended-outcome.js';
import { runExecution } from './run-execution.js';

const START = Date.parse('2026-01-02T03:04:05.678Z');

/** Runs a document until it waits, and again when the waits are over. */
async function goOnAfterWait(nodes: object[]) {
  const workflow = compileDocument({ trigger: { type: 'webhook', mode: 'async' }, nodes });
  const journal = inMemoryJournal();
  const first = await runExecution(executionInput(workflow, {}, { ports: { journal } }));
  expect(first).toEqual({ kind: 'suspended' });
  const now = (): Date => new Date(START + 3_600_000);
  const restored = committedRuns(journal.entries);
  return endedOutcome(await runExecution(executionInput(workflow, {}, { ports: { journal, now }, restored })));
}

const delay = (key: string, endStatus: 'resolved' | 'failed') => ({
  key,
  type: 'delay',
  config: { duration: 1, endStatus },
});
const output = (value: unknown) => ({ type: 'output', config: { value } });

describe('runExecution: branches of a fork that were cut off by a wait', () => {
  it('keeps what a branch had done when another one decides as soon as it is gone on with', async () => {
    const fork = {
      key: 'fork',
      type: 'parallel',
      config: { mode: 'all' },
      branches: {
        waits: [delay('d', 'failed')],
        done: [{ key: 'v', type: 'variable', config: { value: 1 } }, output(7)],
      },
    };
    const outcome = await goOnAfterWait([fork]);
    expect(outcome).toMatchObject({ status: 'failed', output: 7 });
    expect(outcome.nodeRuns.find(({ nodeKey }) => nodeKey === 'fork')?.result).toEqual(['failed', 'resolved']);
  });

  it('keeps the order in which branches had set a variable and the output', async () => {
    const set = (key: string, value: string) => [
      { key, type: 'variable', config: { target: 'v', value } },
      output(value),
    ];
    // The first branch sets later: its script takes a turn more.
    const late = {
      type: 'script',
      config: { content: 'await 0; await 0; await 0; await 0; await 0; await 0; return 1' },
    };
    const branches = { late: [late, ...set('l', 'late'), delay('d', 'resolved')], early: set('e', 'early') };
    const outcome = await goOnAfterWait([
      { key: 'v', type: 'variable', config: { value: 'none' } },
      { key: 'fork', type: 'parallel', branches },
      { key: 'seen', type: 'variable', config: { value: '{{$jobsMapByNodeKey.v}}' } },
    ]);
    expect(outcome.output).toBe('late');
    expect(outcome.nodeRuns.find(({ nodeKey }) => nodeKey === 'seen')?.result).toBe('late');
  });

  it('leaves no result of a visit that was given up', async () => {
    const branches = {
      slow: [delay('slow', 'resolved')],
      fast: [{ key: 'fast', type: 'variable', config: { value: 1 } }],
    };
    const outcome = await goOnAfterWait([
      { key: 'race', type: 'parallel', config: { mode: 'race' }, branches },
      delay('later', 'resolved'),
      output('{{$jobsMapByNodeKey.slow}}'),
    ]);
    expect(outcome.output).toBeNull();
  });
});
