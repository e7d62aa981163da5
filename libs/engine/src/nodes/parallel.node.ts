import { defineNode } from '../contract/node.js';
import type { ForkMode } from '../contract/outcome.js';

/** Config of a parallel, see contract.md 7. */
export type ParallelNodeConfig = { mode?: ForkMode };

export const parallelNode = defineNode<ParallelNodeConfig>({
  type: 'parallel',
  title: 'Parallel',
  docs:
    'Runs all of its branches at the same time, whatever their names. `all` (the default) resolves when every branch did, ' +
    'and fails with the first that fails; `any` resolves with the first that resolves, and fails when all failed; `race` ' +
    'ends as the first branch that ends; `allSettled` resolves when every branch has ended, however. Once it is decided ' +
    'the other branches are stopped, and what they still bring is dropped. The result is the status of each branch, in ' +
    'their order: `aborted` for those that were not needed. An empty branch resolves; without branches the result is `[]`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      mode: {
        type: 'string',
        enum: ['all', 'any', 'race', 'allSettled'],
        default: 'all',
        description: 'Which branches must resolve: every one, one of them, the first to end, or as they like.',
      },
    },
  },
  branches: 'any',
  concurrent: true,
  effect: 'pure',
  examples: [
    { title: 'Everything must succeed', config: {}, expect: { kind: 'fork', mode: 'all' } },
    { title: 'The first good answer is enough', config: { mode: 'any' }, expect: { kind: 'fork', mode: 'any' } },
    {
      title: 'Try all, whatever happens',
      config: { mode: 'allSettled' },
      expect: { kind: 'fork', mode: 'allSettled' },
    },
  ],
  run: ({ config }) => ({ kind: 'fork', mode: config.mode ?? 'all' }),
});
