import type { JsonObject } from '#shared';
import type { NodeExample } from '../contract/node.js';

/** What a task says once it was submitted. */
function submitted(assignee: string, action: string, values: JsonObject = {}): JsonObject {
  return { assignee, status: 'done', action, values, comment: null, submittedAt: '2026-01-02T03:01:00.000Z' };
}

const open = (assignee: string): JsonObject => ({
  ...{ assignee, status: 'open', action: null, values: {}, comment: null, submittedAt: null },
});

/** Examples of the approval node. */
export const approvalExamples: readonly NodeExample[] = [
  {
    title: 'Ask two at once',
    config: { approvers: ['ann', 'bob'], title: 'Leave of {{$context.data.name}}' },
    context: { data: { name: 'Carl' } },
    expect: {
      kind: 'suspend',
      resumeAt: null,
      result: { approvers: ['ann', 'bob'], approvals: 0, rejections: 0 },
    },
  },
  {
    title: 'Both approved',
    config: { approvers: ['ann', 'bob'] },
    waited: { result: { approvers: ['ann', 'bob'], approvals: 1, rejections: 0 } },
    answer: [submitted('bob', 'approve', { days: 4 }), submitted('ann', 'approve', { days: 3 })],
    expect: {
      kind: 'done',
      result: {
        ...{ status: 'approved', data: { days: 3 }, approvers: 2, approvals: 2, rejections: 0, ratio: 1 },
        records: [
          {
            action: 'approve',
            assignee: 'bob',
            values: { days: 4 },
            comment: null,
            submittedAt: '2026-01-02T03:01:00.000Z',
          },
          {
            action: 'approve',
            assignee: 'ann',
            values: { days: 3 },
            comment: null,
            submittedAt: '2026-01-02T03:01:00.000Z',
          },
        ],
      },
    },
  },
  {
    title: 'One after the other: the second is asked once the first approved',
    config: { approvers: ['ann', 'bob'], order: 'sequential' },
    waited: { result: { approvers: ['ann', 'bob'], approvals: 0, rejections: 0 } },
    answer: [submitted('ann', 'approve')],
    expect: {
      kind: 'suspend',
      result: { approvers: ['ann', 'bob'], approvals: 1, rejections: 0 },
      write: {
        kind: 'open_tasks',
        tasks: [
          {
            ...{ kind: 'approval', assignee: 'bob', title: 'under-test', data: null, form: null },
            actions: ['approve', 'reject'],
          },
        ],
      },
    },
  },
  {
    title: 'Enough rejected: two of three can no longer approve, and the flow goes on in a branch',
    config: { approvers: ['ann', 'bob', 'eve'], agreement: 'percentage', percentage: 66, branchMode: true },
    waited: { result: { approvers: ['ann', 'bob', 'eve'], approvals: 0, rejections: 1 } },
    answer: [submitted('ann', 'reject'), submitted('bob', 'reject'), { ...open('eve'), status: 'closed' }],
    expect: { kind: 'branch', name: 'reject' },
  },
];
