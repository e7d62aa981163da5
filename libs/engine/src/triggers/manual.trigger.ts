import { defineTrigger } from '../contract/trigger.js';
import type { ManualTrigger } from '../contract/workflow-document.js';
import { triggerSchema } from './trigger-schemas.js';

const MODES = ['async', 'sync'] as const;

export const manualTrigger = defineTrigger<ManualTrigger>({
  type: 'manual',
  title: 'By hand',
  docs:
    'Nothing starts the workflow by itself: a person or a program does (`POST /api/v1/workflows/<key>/execute`), a subflow ' +
    'node of another workflow, or an execution that names it as its `errorWorkflow`. It runs also while it is switched off.',
  context: 'What the starter gives: `context` of the call or of the subflow node, or the execution that went wrong.',
  configSchema: triggerSchema('manual', MODES, {}),
  modes: MODES,
  fill: ({ mode }) => ({ type: 'manual', mode: mode === 'sync' ? 'sync' : 'async' }),
  binding: () => ({ kind: 'manual', collection: null, events: [], isGlobal: false, config: {} }),
  examples: [
    {
      key: 'price-of',
      title: 'A sum that other workflows ask for',
      trigger: { type: 'manual', mode: 'sync' },
      nodes: [
        { key: 'price', type: 'calculation', config: { expression: '{{$context.amount}} * {{$context.unitPrice}}' } },
        { type: 'output', config: { value: '{{$jobsMapByNodeKey.price}}' } },
      ],
    },
    {
      key: 'alerts',
      title: 'What is done when an execution goes wrong',
      trigger: { type: 'manual' },
      nodes: [
        {
          type: 'request',
          config: { url: 'https://example.com/alerts', data: { status: '{{$context.execution.status}}' } },
        },
      ],
    },
  ],
});
