import { defineNode } from '../contract/node.js';

/** Config of an end, see contract.md 7. */
export type EndNodeConfig = { endStatus?: 'resolved' | 'failed' };

export const endNode = defineNode<EndNodeConfig>({
  type: 'end',
  title: 'End',
  docs:
    'Ends the whole execution at once, from inside any branch, as `resolved` or `failed`. A sync sender then gets the ' +
    'default answer. The node has no result.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      endStatus: {
        type: 'string',
        enum: ['resolved', 'failed'],
        default: 'resolved',
        description: 'How the execution ends.',
      },
    },
  },
  branches: [],
  effect: 'pure',
  examples: [
    { title: 'Stop here, all is well', config: {}, expect: { kind: 'end', status: 'resolved' } },
    { title: 'Written out', config: { endStatus: 'resolved' }, expect: { kind: 'end', status: 'resolved' } },
    { title: 'Stop as failed', config: { endStatus: 'failed' }, expect: { kind: 'end', status: 'failed' } },
  ],
  run({ config }) {
    return { kind: 'end', status: config.endStatus ?? 'resolved', result: null };
  },
});
