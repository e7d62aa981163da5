import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { runExecution } from '../run/run-execution.js';
import { DEFAULT_LIMITS, fakePorts } from '../testing/fake-ports.js';
import { compileNodeTest } from './compile-node-test.js';

async function resultOf(config: JsonObject, results: Record<string, Json>): Promise<Json | undefined> {
  const compiled = compileNodeTest({ type: 'calculation', config, results });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const { workflow, restored, testedKey } = compiled;
  const run = await runExecution({
    workflow,
    execution: { id: '0197c0de-0000-7000-8000-000000000001', version: 0, mode: 'async' },
    context: { data: { n: 2 } },
    env: { values: {}, secretNames: new Set() },
    ports: fakePorts(),
    signal: new AbortController().signal,
    limits: DEFAULT_LIMITS,
    restored,
  });
  return run.kind === 'ended' ? run.nodeRuns.find(({ nodeKey }) => nodeKey === testedKey)?.result : undefined;
}

describe('the test of one node', () => {
  it('sees the context and the results it is given, as they are', async () => {
    const expression = {
      engine: 'string',
      expression: '{{$context.data.n}} {{$jobsMapByNodeKey.a.b}} {{$jobsMapByNodeKey.tested}}',
    };
    expect(await resultOf(expression, { a: { b: '{{$context.data.n}}' }, tested: 7 })).toBe('2 {{$context.data.n}} 7');
  });

  it('has the faults of its config, with pointers into it', () => {
    const compiled = compileNodeTest({
      type: 'request',
      config: { url: 'x', method: 'HEAD', nonsense: 1 },
      results: { a: 1 },
    });
    expect(compiled).toMatchObject({ ok: false });
    const pointers = compiled.ok ? [] : compiled.faults.map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/config/method', '/config/nonsense']);
  });

  it('points to a result whose key no node can have', () => {
    const results = { 'a/b {{': 1 };
    const compiled = compileNodeTest({ type: 'calculation', config: { engine: 'math.js', expression: '1' }, results });
    const pointers = compiled.ok ? [] : compiled.faults.map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/results/a~1b {{']);
  });
});
