import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';

/** Config of a variable, see contract.md 7. Without `target` the node declares, with it it assigns. */
export type VariableNodeConfig = { target?: string; value?: Json };

export const variableNode = defineNode<VariableNodeConfig>({
  type: 'variable',
  title: 'Variable',
  docs:
    'Declares a variable with a first value, or gives a new value to one declared by the variable node named in `target`. ' +
    'The newest value is `$jobsMapByNodeKey.<key of the declaring node>`, also after a branch has ended; it is the result ' +
    'of this node too. A `target` that names no variable node is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      target: {
        type: 'string',
        minLength: 1,
        description: 'Key of the variable node that declares; absent to declare.',
      },
      value: { description: 'Any value; null when absent.' },
    },
  },
  branches: [],
  effect: 'pure',
  raw: ['target'],
  examples: [
    {
      title: 'Declare a variable from the request',
      config: { value: '{{$context.data.items}}' },
      context: { data: { items: [1, 2] } },
      expect: { kind: 'assign', value: [1, 2] },
    },
    {
      title: 'Declare an empty one, to be filled later',
      config: {},
      expect: { kind: 'assign', value: null },
    },
    {
      title: 'Assign to one declared before',
      config: { target: 'total', value: 3 },
      expect: { kind: 'assign', target: 'total', value: 3 },
    },
  ],
  run({ config, node }) {
    return { kind: 'assign', target: config.target ?? node.key, value: config.value ?? null };
  },
});
