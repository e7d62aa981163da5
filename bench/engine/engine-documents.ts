import type { Json } from '#shared';

/** A workflow document without a key. */
export type Document = Record<string, Json>;

/** Node types whose cost is told apart. */
export type PureNode = 'condition' | 'variable' | 'calculation';

const TRIGGER = { type: 'webhook', mode: 'async' };
const AMOUNT = '{{$context.data.amount}}';

/** A condition, a node in its branch, and one behind it. */
export function conditionDocument(): Document {
  const set = { key: 'size', type: 'variable', config: { value: 'large' } };
  return {
    trigger: TRIGGER,
    nodes: [
      {
        key: 'large',
        type: 'condition',
        config: { engine: 'basic', calculation: { calculator: 'gt', operands: [AMOUNT, 100] } },
        branches: { true: [set], false: [] },
      },
      { key: 'result', type: 'output', config: { value: '{{$jobsMapByNodeKey.size}}' } },
    ],
  };
}

/** A loop whose body adds up, in two nodes. */
export function loopDocument(rounds: number): Document {
  const body: Json[] = [
    { key: 'next', type: 'calculation', config: { expression: '{{$jobsMapByNodeKey.sum}} + {{$scopes.each.index}}' } },
    { key: 'set', type: 'variable', config: { target: 'sum', value: '{{$jobsMapByNodeKey.next}}' } },
  ];
  return {
    trigger: TRIGGER,
    nodes: [
      { key: 'sum', type: 'variable', config: { value: 0 } },
      { key: 'each', type: 'loop', config: { target: rounds }, branches: { body } },
      { key: 'result', type: 'output', config: { value: '{{$jobsMapByNodeKey.sum}}' } },
    ],
  };
}

/** So many nodes of one type over scalars, one after the other. */
export function rowDocument(type: PureNode, count: number): Document {
  const configs: Record<PureNode, Json> = {
    condition: { engine: 'basic', calculation: { calculator: 'gt', operands: [AMOUNT, 100] } },
    variable: { value: AMOUNT },
    calculation: { engine: 'math.js', expression: `${AMOUNT} * 2` },
  };
  return {
    trigger: TRIGGER,
    nodes: Array.from({ length: count }, (_, n) => ({ key: `n${n}`, type, config: configs[type] })),
  };
}
