import { describe, expect, it } from '@jest/globals';
import { runNode } from '../testing/run-node.js';
import { conditionNode } from './condition.node.js';

const context = { data: { amount: 5, name: 'Ann', none: null } };
const node = { key: 'c', type: 'condition', config: {}, branches: {} };

describe('condition', () => {
  it('goes to the branch false when a calculation is false', async () => {
    const config = { calculation: { calculator: 'gt', operands: ['{{$context.data.amount}}', 100] } };
    expect(await runNode(conditionNode, { config, context })).toEqual({ kind: 'branch', name: 'false', result: false });
  });

  it('is true without a calculation', async () => {
    expect(await runNode(conditionNode, { config: {} })).toEqual({ kind: 'branch', name: 'true', result: true });
  });

  it('counts a value that is not boolean as JavaScript does', async () => {
    const outcomes = ['5', '0', '"x"', '{{$context.data.none}}'].map((expression) =>
      runNode(conditionNode, { config: { engine: 'math.js', expression }, context }),
    );
    expect((await Promise.all(outcomes)).map((outcome) => 'name' in outcome && outcome.name)).toEqual([
      'true',
      'false',
      'true',
      'false',
    ]);
  });

  it('keeps the evaluated value as result', async () => {
    const config = { engine: 'math.js', expression: '{{$context.data.amount}} + 1' };
    expect(await runNode(conditionNode, { config, context })).toEqual({ kind: 'branch', name: 'true', result: 6 });
  });

  it('goes on without a branch when it rejects and holds', async () => {
    const config = { rejectOnFalse: true, engine: 'string', expression: '{{$context.data.name}}' };
    expect(await runNode(conditionNode, { config, context })).toEqual({ kind: 'done', result: 'Ann' });
  });

  it('fails when it rejects and does not hold', async () => {
    const config = { rejectOnFalse: true, engine: 'string', expression: '{{$context.data.none}}' };
    expect(await runNode(conditionNode, { config, context })).toMatchObject({
      kind: 'fail',
      status: 'failed',
      error: { code: 'condition_false' },
      result: '',
    });
  });

  it('does not read a payload as a template', async () => {
    const config = { calculation: { calculator: 'equal', operands: ['{{$context.data}}', '7'] } };
    const outcome = await runNode(conditionNode, { config, context: { data: '{{$env.PIN}}' }, env: { PIN: '7' } });
    expect(outcome).toMatchObject({ result: false });
  });

  it('throws for an expression that cannot be evaluated', async () => {
    const config = { engine: 'math.js', expression: 'nothing(1)' };
    await expect(runNode(conditionNode, { config })).rejects.toMatchObject({ name: 'EngineError' });
  });

  it('finds expressions that do not parse before anything runs', () => {
    expect(conditionNode.check?.({ engine: 'math.js', expression: '1 +' }, node)).toMatchObject([
      { pointer: '/expression', code: 'syntax' },
    ]);
    expect(conditionNode.check?.({ engine: 'math.js', expression: '1 + 1' }, node)).toEqual([]);
  });
});
