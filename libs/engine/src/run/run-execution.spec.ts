import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { runNodes, step, value } from '../testing/run-nodes.js';

describe('runExecution: the way through the tree', () => {
  it('resolves a workflow without nodes', async () => {
    expect(await runNodes([])).toEqual({
      kind: 'ended',
      status: 'resolved',
      reason: null,
      error: null,
      nodeRuns: [],
      reply: null,
      output: null,
    });
  });

  it('gives each node the results of those before it', async () => {
    const seen = step('seen', ({ config }) => ({ kind: 'done', result: config['a'] ?? null }), {
      config: { a: '{{$jobsMapByNodeKey.first.n}}' },
    });
    const { nodeRuns } = await runNodes([value('first', { n: 5 }), seen]);
    expect(nodeRuns.map(({ nodeKey, input, result }) => [nodeKey, input, result])).toEqual([
      ['first', {}, { n: 5 }],
      ['seen', { a: 5 }, 5],
    ]);
  });

  it('shows a node the trigger context and the execution', async () => {
    const show = step('show', ({ config }) => ({ kind: 'done', result: config }), {
      config: { all: '{{$context.data.a}} {{$execution.id}} {{$execution.workflowKey}} {{$execution.version}}' },
    });
    const { nodeRuns } = await runNodes([show], { context: { data: { a: 1 } } });
    expect(nodeRuns[0]?.result).toEqual({ all: '1 execution-1 under-test 3' });
  });

  it('leaves raw properties of a config untouched', async () => {
    const show = step('show', ({ config }) => ({ kind: 'done', result: config }), {
      config: { text: '{{$context.a}}', code: '{{$context.a}}' },
      raw: ['code'],
    });
    const { nodeRuns } = await runNodes([show], { context: { a: 1 } });
    expect(nodeRuns[0]?.result).toEqual({ text: 1, code: '{{$context.a}}' });
  });

  it('never reads a template that came in with the payload', async () => {
    const show = step('show', ({ config }) => ({ kind: 'done', result: config }), {
      config: { a: '{{$context.data}}' },
    });
    const { nodeRuns } = await runNodes([show], { context: { data: '{{$env.TOKEN}}' }, env: { TOKEN: 'top-secret' } });
    expect(nodeRuns[0]?.result).toEqual({ a: '{{$env.TOKEN}}' });
  });

  it('runs the chosen branch and then the next sibling', async () => {
    const choose = step('choose', () => ({ kind: 'branch', name: 'true', result: 5 }), {
      branches: { true: [value('yes', 1)], false: [value('no', 0)] },
    });
    const { nodeRuns, status } = await runNodes([choose, value('after', 2)]);
    expect(nodeRuns.map(({ nodeKey }) => nodeKey)).toEqual(['choose', 'yes', 'after']);
    expect(nodeRuns[0]).toMatchObject({ status: 'resolved', result: 5 });
    expect(status).toBe('resolved');
  });

  it('ends the execution with the status of a node that fails inside a branch', async () => {
    const fail = step('fail', () => ({ kind: 'fail', status: 'rejected', error: { code: 'no', message: 'No.' } }));
    const choose = step('choose', () => ({ kind: 'branch', name: 'true', result: true }), {
      branches: { true: [fail] },
    });
    const outcome = await runNodes([choose, value('after', 2)]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: null, error: { code: 'no', message: 'No.' } });
    expect(outcome.nodeRuns.map(({ nodeKey, status }) => [nodeKey, status])).toEqual([
      ['choose', 'resolved'],
      ['fail', 'rejected'],
    ]);
  });

  it('ends at an end node inside a branch, enclosing records being resolved', async () => {
    const end = step('end', () => ({ kind: 'end', status: 'failed', result: null }));
    const choose = step('choose', () => ({ kind: 'branch', name: 'true', result: true }), {
      branches: { true: [end] },
    });
    const outcome = await runNodes([choose, value('after', 2)]);
    expect(outcome.status).toBe('failed');
    expect(outcome.nodeRuns.map(({ status }) => status)).toEqual(['resolved', 'failed']);
  });

  it('keeps the last output', async () => {
    const out = (key: string, result: Json): CompiledNode => step(key, () => ({ kind: 'output', value: result }));
    expect((await runNodes([out('a', 1), out('b', { last: true })])).output).toEqual({ last: true });
  });

  it('stamps each record with an id of its own and its times', async () => {
    const { nodeRuns } = await runNodes([value('a', 1), value('b', 2)]);
    expect(new Set(nodeRuns.map(({ id }) => id)).size).toBe(2);
    for (const { id, startedAt, endedAt } of nodeRuns) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      expect([startedAt, endedAt]).toEqual(['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z']);
    }
  });
});

describe('runExecution: variables', () => {
  const declare = step('total', ({ config }) => ({ kind: 'assign', target: 'total', value: config['value'] ?? null }), {
    type: 'variable',
    config: { value: 1 },
  });
  const assign = (target: string): CompiledNode =>
    step('set', () => ({ kind: 'assign', target, value: 7 }), { type: 'variable' });
  const show = step('show', ({ config }) => ({ kind: 'done', result: config['v'] ?? null }), {
    config: { v: '{{$jobsMapByNodeKey.total}}' },
  });

  it('shows the newest value under the key of the declaring node, also after a branch', async () => {
    const choose = step('choose', () => ({ kind: 'branch', name: 'true', result: true }), {
      branches: { true: [assign('total')] },
    });
    const { nodeRuns } = await runNodes([declare, choose, show]);
    expect(nodeRuns.map(({ nodeKey, result }) => [nodeKey, result])).toContainEqual(['show', 7]);
  });

  it('is an error when the target declares nothing', async () => {
    for (const target of ['absent', 'show']) {
      const outcome = await runNodes([declare, assign(target), show]);
      expect(outcome).toMatchObject({ status: 'error', error: { code: 'unknown_variable' } });
    }
  });
});
