import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import type { Outcome } from '../contract/outcome.js';
import { compileWorkflow } from './compile-workflow.js';
import { inMemoryJournal, committedRuns } from '../testing/in-memory-journal.js';
import { runDocument, runToResult } from '../testing/run-document.js';
import { runNode } from '../testing/run-node.js';
import { delayNode } from './delay.node.js';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');

function delay(config: JsonObject, context: Json = {}): Promise<Outcome> {
  return runNode(delayNode, { config, context });
}

describe('delay', () => {
  it.each<[JsonObject, number]>([
    [{ duration: 5 }, 5_000],
    [{ duration: 1.5, unit: 'second' }, 1_500],
    [{ duration: 5, unit: 'minute' }, 300_000],
    [{ duration: 2, unit: 'hour' }, 7_200_000],
    [{ duration: 1, unit: 'day' }, 86_400_000],
    [{ duration: 5, unit: 'week' }, 3_024_000_000],
    [{ duration: '7' }, 7_000],
    [{ duration: 0 }, 1_000],
    [{ unit: 'minute' }, 60_000],
  ])('waits as long as %j says', async (config, ms) => {
    expect(await delay(config)).toEqual({ kind: 'suspend', resumeAt: new Date(NOW + ms), result: ms });
  });

  it.each<[Json, number]>([
    [3, 3_000],
    ['3', 3_000],
    ['', 1_000],
    [null, 1_000],
  ])('takes the duration %j from a template', async (given, ms) => {
    expect(await delay({ duration: '{{$context.d}}' }, { d: given })).toMatchObject({ result: ms });
  });

  it.each<[Json]>([[-1], ['soon'], ['-0.5'], ['Infinity'], [true], [[5]], [{ a: 1 }]])(
    'is an error when a template gives %j',
    async (given) => {
      await expect(delay({ duration: '{{$context.d}}' }, { d: given })).rejects.toMatchObject({
        code: 'invalid_duration',
      });
    },
  );

  it('Trap 19: a delay longer than 24.8 days, the longest timer there is, is over at its time and not before', async () => {
    const document = {
      trigger: { type: 'webhook' },
      nodes: [{ key: 'wait', type: 'delay', config: { duration: 5, unit: 'week' } }],
    };
    const journal = inMemoryJournal();
    expect(await runToResult(document, {}, { ports: { journal } })).toEqual({ kind: 'suspended' });
    const due = NOW + 5 * 604_800_000;
    expect(journal.entries[0]?.resumeAt?.getTime()).toBe(due);
    const restored = committedRuns(journal.entries);
    const wake = (at: number) => runToResult(document, {}, { ports: { journal }, restored, wokenAt: new Date(at) });
    expect((await wake(due - 1)).kind).toBe('suspended');
    expect(journal.entries[1]?.resumeAt?.getTime()).toBe(due);
    expect(await wake(due)).toMatchObject({ kind: 'ended', status: 'resolved' });
  });

  it('waits until the year 9999 and no longer', async () => {
    const seconds = Math.floor((Date.parse('9999-12-31T23:59:59.999Z') - NOW) / 1000);
    expect(await delay({ duration: seconds })).toMatchObject({ kind: 'suspend' });
    for (const duration of [seconds + 1, 1e308]) {
      await expect(delay({ duration })).rejects.toMatchObject({ code: 'delay_too_long' });
    }
  });

  it('goes on, or fails, when the wait is over', async () => {
    const waited = { result: 5_000 };
    expect(await runNode(delayNode, { config: {}, waited })).toEqual({ kind: 'done', result: 5_000 });
    expect(await runNode(delayNode, { config: { endStatus: 'failed' }, waited })).toMatchObject({
      kind: 'fail',
      status: 'failed',
      error: { code: 'delay_failed' },
      result: 5_000,
    });
  });

  it('is refused in a sync workflow, whose sender would wait', () => {
    const nodes = [{ type: 'delay', config: { duration: 1 } }];
    const compiled = compileWorkflow({ trigger: { type: 'webhook', mode: 'sync' }, nodes });
    expect(compiled).toMatchObject({ ok: false, faults: [{ pointer: '/nodes/0/type', code: 'invalid' }] });
  });

  it('refuses durations that can never be one', () => {
    const node = { key: 'd', type: 'delay', config: {}, branches: {} };
    expect(delayNode.check?.({ duration: 'soon' }, node)).toMatchObject([{ pointer: '/duration', code: 'invalid' }]);
    expect(delayNode.check?.({ duration: '{{$context.d}}' }, node)).toEqual([]);
    const nodes = [{ type: 'delay', config: { duration: -1 } }];
    const compiled = compileWorkflow({ trigger: { type: 'webhook' }, nodes });
    expect(compiled).toMatchObject({ ok: false, faults: [{ pointer: '/nodes/0/config/duration' }] });
  });

  it('keeps results and branches over the wait', async () => {
    const document = {
      trigger: { type: 'webhook' },
      nodes: [
        { key: 'sum', type: 'calculation', config: { expression: '{{$context.data.a}} + 1' } },
        {
          type: 'condition',
          config: { engine: 'math.js', expression: '{{$jobsMapByNodeKey.sum}} > 1' },
          branches: { true: [{ key: 'pause', type: 'delay', config: { duration: 1, unit: 'week' } }] },
        },
        {
          type: 'output',
          config: { value: ['{{$jobsMapByNodeKey.sum}}', '{{$jobsMapByNodeKey.pause}}'] },
        },
      ],
    };
    const journal = inMemoryJournal();
    const first = await runToResult(document, { data: { a: 1 } }, { ports: { journal } });
    expect(first).toEqual({ kind: 'suspended' });
    const restored = committedRuns(journal.entries);
    expect(
      (await runDocument(document, { data: { a: 1 } }, { restored, wokenAt: new Date('2026-02-01') })).output,
    ).toEqual([2, 604_800_000]);
  });
});
