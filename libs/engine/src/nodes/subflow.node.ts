import { newId, isJsonObject, type Json } from '#shared';
import { defineNode } from '../contract/node.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { isEnding } from '../contract/statuses.js';
import type { Fault } from '../contract/workflow-document.js';

/** Config of a subflow, see contract.md 7. */
export type SubflowNodeConfig = { workflow: string; context?: Json };

const WORKFLOW_KEY = /^[a-z0-9][a-z0-9-]{0,62}$/;
const NO_KEY: Fault = {
  pointer: '/workflow',
  code: 'invalid',
  message: 'write the key of a workflow: small letters, digits and -, or a template that gives one',
};

export const subflowNode = defineNode<SubflowNodeConfig>({
  type: 'subflow',
  title: 'Subflow',
  docs:
    'Runs another workflow (its current version, also when it is disabled) with `context` as its `$context`, and waits ' +
    'without holding a worker until it has ended. The result is the output of the child, null when no output node ran. A ' +
    'child that does not resolve fails this node with its own status. When this execution ends first, the child is ' +
    'aborted. An unknown workflow, an async one called from a sync one, and a chain of workflows beyond the stack limit are ' +
    'an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['workflow'],
    properties: {
      workflow: { type: 'string', minLength: 1, description: 'Key of the workflow.' },
      context: {
        description:
          'What the child finds in `$context`; for a webhook workflow `{data: ...}`. Without secrets: the child reads `{{$env.NAME}}` itself.',
      },
    },
  },
  branches: [],
  effect: 'pure',
  check: ({ workflow }) => (workflow.includes('{{') || WORKFLOW_KEY.test(workflow) ? [] : [NO_KEY]),
  examples: [
    {
      title: 'Waits for the child',
      config: { workflow: 'price-order', context: { data: '{{$context.data}}' } },
      context: { data: { amount: 1 } },
      expect: { kind: 'suspend', resumeAt: null },
    },
    {
      title: 'The output of the child is the result',
      config: { workflow: 'price-order' },
      waited: { result: { executionId: '0197c0de-0000-7000-8000-0000000000aa' } },
      answer: { status: 'resolved', output: { total: 12 }, error: null },
      expect: { kind: 'done', result: { total: 12 } },
    },
    {
      title: 'A child that failed fails its parent',
      config: { workflow: 'price-order' },
      waited: { result: { executionId: '0197c0de-0000-7000-8000-0000000000aa' } },
      answer: { status: 'failed', output: null, error: { code: 'condition_false', message: 'No stock.' } },
      expect: { kind: 'fail', status: 'failed' },
    },
  ],
  run({ config }) {
    const executionId = newId();
    const { workflow: workflowKey, context = {} } = config;
    const write = { kind: 'start_execution' as const, executionId, workflowKey, context };
    return { kind: 'suspend', resumeAt: null, result: { executionId }, write };
  },
  async resume({ ports }, waiting) {
    const executionId = childOf(waiting);
    const child = await ports.executions.find(executionId);
    if (child === null) {
      const error = {
        code: 'child_gone',
        message: `The execution ${executionId} was deleted before its end was seen.`,
      };
      return { kind: 'fail', status: 'error', error };
    }
    const { status, output, error } = child;
    if (!isEnding(status)) return { kind: 'suspend', resumeAt: null, result: waiting.result };
    if (status === 'resolved') return { kind: 'done', result: output };
    const message = `The execution ${executionId} ended as ${status}${error === null ? '' : `: ${error.message}`}`;
    return { kind: 'fail', status, error: { code: 'child_failed', message }, result: waiting.result };
  },
  abandon: (waiting) => ({ kind: 'abort_execution', executionId: childOf(waiting) }),
});

function childOf({ result }: NodeRunRecord): string {
  return isJsonObject(result) && typeof result.executionId === 'string' ? result.executionId : '';
}
