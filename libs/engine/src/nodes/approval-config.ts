import type { Json, JsonObject } from '#shared';
import { peopleSchema } from './people-config.js';
import { contentSchemas, formSchema, type TaskContent } from './task-content.js';
import { deadlineSchemas, type TaskDeadline } from './task-wait.js';

const ACTIONS = ['approve', 'reject', 'return', 'delegate', 'comment', 'save'] as const;

/** Config of an approval; who approves, in what order, and how many must. */
export type ApprovalNodeConfig = TaskContent &
  TaskDeadline & {
    approvers?: Json;
    order?: 'parallel' | 'sequential';
    agreement?: 'all' | 'any' | 'percentage';
    /** Of the approvers, for agreement `percentage`. */
    percentage?: number;
    actions?: readonly (typeof ACTIONS)[number][];
    branchMode?: boolean;
  };

/** JSON Schema of {@link ApprovalNodeConfig}. */
export const approvalSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['approvers'],
  properties: {
    approvers: peopleSchema('Who approves'),
    order: {
      type: 'string',
      enum: ['parallel', 'sequential'],
      default: 'parallel',
      description: 'Ask all at once, or one after the other in the order given.',
    },
    agreement: {
      type: 'string',
      enum: ['all', 'any', 'percentage'],
      default: 'all',
      description: 'How many of the approvers must approve.',
    },
    percentage: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description:
        'For agreement percentage: how many of a hundred approvers must approve; a part of a vote is a vote.',
    },
    actions: {
      type: 'array',
      items: { type: 'string', enum: [...ACTIONS] },
      uniqueItems: true,
      contains: { const: 'approve' },
      default: ['approve', 'reject'],
      description: 'What an approver can do; approve is always among it.',
    },
    ...contentSchemas,
    form: formSchema,
    branchMode: {
      type: 'boolean',
      default: false,
      description: 'Go on in the branch approve, reject or return instead of failing when it is not approved.',
    },
    ...deadlineSchemas,
  },
};
