import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { calculationNode } from './calculation.node.js';

const node = { key: 'c', type: 'calculation', config: {}, branches: {} };

describe('calculation', () => {
  it('computes with math.js when no engine is named', async () => {
    const config = { expression: '{{$context.a}} / 3' };
    expect(await runNode(calculationNode, { config, context: { a: 1 } })).toEqual({
      kind: 'done',
      result: 0.333333333,
    });
  });

  it('gives null for an empty expression', async () => {
    for (const engine of ['math.js', 'string']) {
      const outcome = await runNode(calculationNode, { config: { engine, expression: ' ' } });
      expect(outcome).toEqual({ kind: 'done', result: null });
    }
  });

  it('binds variables as values, so that a payload cannot bring code', async () => {
    const config = { engine: 'math.js', expression: 'concat({{$context.a}}, "!")' };
    const outcome = await runNode(calculationNode, { config, context: { a: '1); 2' } });
    expect(outcome).toEqual({ kind: 'done', result: '1); 2!' });
  });

  it('throws for an expression that cannot be evaluated', async () => {
    const config = { expression: '{{$context.a}} + unknownName' };
    await expect(runNode(calculationNode, { config })).rejects.toMatchObject({ name: 'EngineError' });
  });

  it('finds expressions that do not parse before anything runs', () => {
    expect(calculationNode.check?.({ expression: '(1' }, node)).toMatchObject([
      { pointer: '/expression', code: 'syntax' },
    ]);
  });
});
