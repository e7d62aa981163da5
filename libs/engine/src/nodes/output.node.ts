import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';

/** Config of an output, see contract.md 7. */
export type OutputNodeConfig = { value?: Json };

export const outputNode = defineNode<OutputNodeConfig>({
  type: 'output',
  title: 'Output',
  docs:
    'Sets the output of the execution, which is stored with it; the last output that runs wins. The result is the value, ' +
    'null when the template finds nothing. It never fails by ' +
    'itself.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['value'],
    properties: { value: { description: 'Any value.' } },
  },
  branches: [],
  effect: 'pure',
  examples: [
    {
      title: 'Hand out a part of the request',
      config: { value: { customer: '{{$context.data.customer.id}}' } },
      context: { data: { customer: { id: 7 } } },
      expect: { kind: 'output', value: { customer: 7 } },
    },
    {
      title: 'A value keeps its type',
      config: { value: '{{$jobsMapByNodeKey.total}}' },
      results: { total: 12.5 },
      expect: { kind: 'output', value: 12.5 },
    },
    {
      title: 'Text around a template makes text',
      config: { value: 'total: {{$jobsMapByNodeKey.total}}' },
      results: { total: 12.5 },
      expect: { kind: 'output', value: 'total: 12.5' },
    },
  ],
  run({ config }) {
    return { kind: 'output', value: config.value ?? null };
  },
});
