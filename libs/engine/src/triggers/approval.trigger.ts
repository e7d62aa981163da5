import { defineTrigger } from '../contract/trigger.js';
import type { ApprovalTrigger } from '../contract/workflow-document.js';
import { collectionSchema } from '../definition/record-names.js';
import { triggerSchema } from './trigger-schemas.js';

const MODES = ['async'] as const;

export const approvalTrigger = defineTrigger<ApprovalTrigger>({
  type: 'approval',
  title: 'Approval',
  docs:
    'Starts when somebody submits a record for approval: `POST /api/v1/collections/<name>/records/<id>/approvals` with ' +
    '`{workflow, comment}`. Only here approval nodes have a place. What becomes of the record is up to the nodes.',
  context:
    '`data` (the record as it was when it was submitted), `applicant` (name of the API key), `roleName` (its role), ' +
    '`comment` (what the applicant wrote, or null) and `submittedAt`.',
  configSchema: triggerSchema('approval', MODES, { collection: collectionSchema }, ['collection']),
  modes: MODES,
  fill: ({ collection }) => ({ type: 'approval', mode: 'async', collection: String(collection) }),
  binding: ({ collection }) => ({ kind: 'approval', collection, events: [], isGlobal: false, config: {} }),
  examples: [
    {
      key: 'expense-approval',
      title: 'What is done with an expense that is submitted',
      trigger: { type: 'approval', collection: 'expenses' },
      nodes: [{ type: 'output', config: { value: 'submitted by {{$context.applicant}}' } }],
    },
    {
      key: 'small-expenses',
      title: 'Small ones are passed at once',
      trigger: { type: 'approval', mode: 'async', collection: 'expenses' },
      nodes: [
        {
          type: 'condition',
          config: { engine: 'math.js', expression: '{{$context.data.amount}} < 50' },
          branches: { true: [{ type: 'end', config: { endStatus: 'resolved' } }], false: [] },
        },
      ],
    },
  ],
});
