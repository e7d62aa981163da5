import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { inMemoryJournal } from '../testing/in-memory-journal.js';
import { runDocument } from '../testing/run-document.js';
import { runNodes, step } from '../testing/run-nodes.js';

const trigger = { type: 'webhook' };
const output = (value: string) => ({ type: 'output', config: { value } });
/** Leaves room for one byte. */
const full = output('x'.repeat(297));
const limits = { nodeResultBytes: 1_000, stateBytes: 300 };

describe('runExecution: whatever a payload brings is an ending, never a defect of the worker', () => {
  it.each([
    ['a parallel', { type: 'parallel', branches: { a: [] } }],
    ['a loop', { type: 'loop', config: { target: 3 }, branches: { body: [output('y')] } }],
    [
      'multi-conditions',
      { type: 'multi-conditions', config: { conditions: [{ key: 'c', engine: 'math.js', expression: 'false' }] } },
    ],
  ])('%s for which there is no room left is an error', async (_name, node) => {
    const ran = await runDocument({ trigger, nodes: [full, { key: 'next', ...node }] }, {}, { limits });
    expect(ran).toMatchObject({ status: 'error', error: { code: 'result_too_large' } });
    expect(ran.nodeRuns.find((run) => run.nodeKey === 'next')?.status).toBe('error');
  });

  it('a parallel that cannot be kept waiting gives up what waits in it', async () => {
    const child = { key: 'sub', type: 'subflow', config: { workflow: 'w' } };
    const grows = { key: 'grows', type: 'parallel', branches: { a: [child], b: [output('x'.repeat(230))] } };
    const outer = { type: 'parallel', config: { mode: 'allSettled' }, branches: { one: [grows] } };
    const journal = inMemoryJournal();
    // Room for the big result and the child, not for the statuses of the branches.
    expect(await runDocument({ trigger, nodes: [outer] }, {}, { limits, ports: { journal } })).toBeDefined();
    expect(journal.entries.map((entry) => entry.write?.kind)).toEqual(['start_execution', 'abort_execution']);
  });

  it('a wait until no date is an error', async () => {
    const wait = step('wait', () => ({ kind: 'suspend', resumeAt: new Date(Number.NaN), result: null }), {
      resume: () => ({ kind: 'done', result: null }),
    });
    expect(await runNodes([wait])).toMatchObject({ status: 'error', error: { code: 'invalid_time' } });
  });

  it('what a stopped node rejects with later is heard', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => void unheard.push(error);
    process.on('unhandledRejection', hear);
    const stop = new AbortController();
    const node = step('a', () => {
      stop.abort();
      return Promise.reject(new Error('late'));
    });
    expect(await runNodes([node], { signal: stop.signal })).toMatchObject({ status: 'aborted' });
    await nextTurn();
    await nextTurn();
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });
});
