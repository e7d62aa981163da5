import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { runNodes, step, value } from '../testing/run-nodes.js';

let id = 0;

/** A visit as an earlier attempt recorded it. */
function visit(nodeKey: string, result: Json, more: Partial<NodeRunRecord> = {}): NodeRunRecord {
  id += 1;
  return {
    id: `visit-${id}`,
    nodeKey,
    type: 'step',
    status: 'resolved',
    input: {},
    result,
    error: null,
    log: null,
    startedAt: '2026-01-02T03:00:00.000Z',
    endedAt: '2026-01-02T03:00:01.000Z',
    ...more,
  };
}

function never(key: string, more: Parameters<typeof step>[2] = {}): CompiledNode {
  return step(
    key,
    () => {
      throw new Error(`${key} must not run again`);
    },
    more,
  );
}

/** Shows the latest result of another node. */
function show(key: string, of: string): CompiledNode {
  return step(key, ({ config }) => ({ kind: 'done', result: config['v'] ?? null }), {
    config: { v: `{{$jobsMapByNodeKey.${of}}}` },
  });
}

const keysOf = (runs: readonly NodeRunRecord[]): string[] => runs.map(({ nodeKey }) => nodeKey);

describe('runExecution: visits that an earlier attempt settled', () => {
  it('are not made again, and only what is new is handed out', async () => {
    const outcome = await runNodes([never('a'), never('call', { effect: 'effect' }), show('b', 'call')], {
      restored: [visit('a', 1), visit('call', { id: 7 })],
    });
    expect(outcome.status).toBe('resolved');
    expect(keysOf(outcome.nodeRuns)).toEqual(['b']);
    expect(outcome.nodeRuns[0]?.result).toEqual({ id: 7 });
  });

  it('take the branch that was taken, nested ones too, and go on behind it', async () => {
    const inner = never('inner', { branches: { left: [never('leaf'), show('seen', 'leaf')], right: [value('r', 0)] } });
    const outer = never('outer', { branches: { true: [inner], false: [value('no', 0)] } });
    const { nodeRuns } = await runNodes([outer, value('after', 2)], {
      restored: [
        visit('outer', 5, { restore: { branch: 'true' } }),
        visit('inner', 6, { restore: { branch: 'left' } }),
        visit('leaf', 'x'),
      ],
    });
    expect(nodeRuns.map(({ nodeKey, result }) => [nodeKey, result])).toEqual([
      ['seen', 'x'],
      ['after', 2],
    ]);
  });

  it('give variables and the output their values again', async () => {
    const outcome = await runNodes([value('total', 0), never('set'), never('out'), show('seen', 'total')], {
      restored: [
        visit('total', 0),
        visit('set', 7, { restore: { assigned: 'total' } }),
        visit('out', { n: 1 }, { restore: { output: true } }),
      ],
    });
    expect(outcome.nodeRuns.map(({ result }) => result)).toEqual([7]);
    expect(outcome.output).toEqual({ n: 1 });
  });

  it('give the true result where the shown one is masked', async () => {
    let seen: Json = null;
    const take = step(
      'take',
      ({ config }) => {
        seen = config['v'] ?? null;
        return { kind: 'done', result: null };
      },
      { config: { v: '{{$jobsMapByNodeKey.give}}' } },
    );
    await runNodes([never('give'), take], {
      restored: [visit('give', 'Bearer ***', { restore: { result: 'Bearer hunter22' } })],
      env: { TOKEN: 'hunter22' },
    });
    expect(seen).toBe('Bearer hunter22');
  });

  it('count as visits and steps', async () => {
    const limits = { maxSteps: 2 };
    const restored = [visit('a', 1), visit('b', 2)];
    const outcome = await runNodes([never('a'), never('b'), value('c', 3)], { restored, limits });
    expect(outcome).toMatchObject({ status: 'error', reason: 'step_limit', nodeRuns: [] });
  });

  it('count towards the size of the execution', async () => {
    const outcome = await runNodes([never('a'), value('b', 'x'.repeat(40))], {
      restored: [visit('a', 'x'.repeat(40), { log: 'y'.repeat(10), input: { z: 1 } })],
      limits: { stateBytes: 80 },
    });
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'result_too_large' } });
  });

  it('end the execution when they ended it', async () => {
    const error = { code: 'http_status', message: 'The receiver answered 500.' };
    const restored = [visit('a', null, { status: 'failed', error })];
    const outcome = await runNodes([never('a'), never('b')], { restored, mode: 'sync' });
    expect(outcome).toMatchObject({ status: 'failed', error, nodeRuns: [], reply: { status: 500 } });
  });

  it('say nothing about a node of another type that has their key now', async () => {
    const { nodeRuns } = await runNodes([value('a', 'new')], { restored: [visit('a', 'old', { type: 'other' })] });
    expect(nodeRuns).toMatchObject([{ nodeKey: 'a', result: 'new' }]);
  });
});

describe('runExecution: what a record keeps for another run', () => {
  it('is the branch, the assigned variable, the output and the masked result, and nothing else', async () => {
    const set = step('set', () => ({ kind: 'assign', target: 'total', value: 1 }));
    const { nodeRuns } = await runNodes(
      [
        step('total', () => ({ kind: 'assign', target: 'total', value: 0 })),
        set,
        step('choose', () => ({ kind: 'branch', name: 'true', result: true })),
        step('out', () => ({ kind: 'output', value: 'hunter22' })),
        value('plain', { a: 1 }),
      ],
      { env: { TOKEN: 'hunter22' } },
    );
    expect(nodeRuns.map(({ nodeKey, restore }) => [nodeKey, restore])).toEqual([
      ['total', undefined],
      ['set', { assigned: 'total' }],
      ['choose', { branch: 'true' }],
      ['out', { output: true, result: 'hunter22' }],
      ['plain', undefined],
    ]);
  });

  it('is nothing for a visit that failed', async () => {
    const fail = step('fail', () => {
      throw new Error('hunter22');
    });
    const { nodeRuns } = await runNodes([fail], { env: { TOKEN: 'hunter22' } });
    expect(Object.hasOwn(nodeRuns[0] ?? {}, 'restore')).toBe(false);
  });
});
