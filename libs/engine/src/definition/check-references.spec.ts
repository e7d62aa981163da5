import { describe, expect, it } from '@jest/globals';
import { compileWorkflow } from '../nodes/compile-workflow.js';

const output = (path: string, key = 'out') => ({ key, type: 'output', config: { value: `{{${path}}}` } });
const variable = (key: string) => ({ key, type: 'variable', config: { value: 1 } });

function faults(nodes: unknown[]): string[] {
  const result = compileWorkflow({ trigger: { type: 'webhook' }, nodes });
  return result.ok ? [] : result.faults.map(({ pointer, message }) => `${pointer} ${message}`);
}

describe('references between nodes', () => {
  it('may go to what ran before, around, and in branches that were passed', () => {
    const nodes = [
      variable('a'),
      {
        key: 'check',
        type: 'condition',
        config: { calculation: { calculator: 'equal', operands: ['{{$jobsMapByNodeKey.a}}', 1] } },
        branches: { true: [variable('b'), output('$jobsMapByNodeKey.check', 'o1')] },
      },
      output('$jobsMapByNodeKey.b', 'o2'),
    ];
    expect(faults(nodes)).toEqual([]);
  });

  it('may not go to what is not there, comes later, or stands in the other branch', () => {
    const nodes = [
      output('$jobsMapByNodeKey.nobody', 'o1'),
      output('$jobsMapByNodeKey.later', 'o2'),
      output('ctx.$jobsMapByNodeKey.o3', 'o3'),
      {
        type: 'condition',
        config: { expression: 'true', engine: 'math.js' },
        branches: { true: [variable('yes')], false: [output('$jobsMapByNodeKey.yes', 'o4')] },
      },
      variable('later'),
    ];
    expect(faults(nodes)).toEqual([
      '/nodes/0/config/value there is no node "nobody"',
      '/nodes/1/config/value the node "later" cannot have run before this one',
      '/nodes/2/config/value the node "o3" cannot have run before this one',
      '/nodes/3/branches/false/0/config/value the node "yes" cannot have run before this one',
    ]);
  });

  it('may go to what comes later in a loop, from the round before, and to the loop around', () => {
    const body = [output('$jobsMapByNodeKey.later', 'o1'), variable('later'), output('$scopes.each.item', 'o2')];
    expect(faults([{ key: 'each', type: 'loop', config: { target: 2 }, branches: { body } }])).toEqual([]);
    expect(
      faults([
        { key: 'each', type: 'loop', config: { target: 2 }, branches: { body } },
        output('$scopes.each.item', 'o3'),
      ]),
    ).toEqual(['/nodes/1/config/value there is no loop "each" around this node']);
  });

  it('may go to the other branches of a parallel, which run at the same time', () => {
    const branches = { a: [variable('x')], b: [output('$jobsMapByNodeKey.x')] };
    expect(faults([{ type: 'parallel', branches }])).toEqual([]);
  });
});
