import type { Json, JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import type { TaskState } from '../contract/ports.js';
import { countVotes, type VoteRule, type Votes } from './count-votes.js';
import { distinctPeople, peopleSchema } from './people-config.js';
import { checkForm, contentSchemas, formSchema, tasksFor, type TaskContent } from './task-content.js';
import {
  closing,
  deadlineOf,
  deadlineSchemas,
  isOver,
  noOpenTask,
  submission,
  submissions,
  type TaskDeadline,
} from './task-wait.js';

const ACTIONS = ['continue', 'reject', 'save'] as const;

/** Config of a manual node, see contract.md 7. */
export type ManualNodeConfig = TaskContent &
  TaskDeadline & {
    assignees?: Json;
    mode?: 'single' | 'all' | 'any';
  };

type Mode = NonNullable<ManualNodeConfig['mode']>;

export const manualNode = defineNode<ManualNodeConfig>({
  type: 'manual',
  title: 'Manual task',
  docs:
    'Opens a task for each distinct assignee and waits, without holding a worker, until it is decided. Actions are ' +
    '`continue`, `reject` and `save` (a draft: the task stays open). `single`: the first to continue or reject decides. ' +
    '`all`: everybody must continue, one rejection rejects. `any`: one who continues is enough, it is rejected when all ' +
    'reject. A rejection ends the node as `rejected`; what is still open then is closed. The result of `single` is ' +
    '`{action, assignee, values, comment, submittedAt}`, that of `all` and `any` is `{submissions, assigned, continued, ' +
    'rejected, ratio}`, where the ratio is that of submitted tasks. With no assignee it resolves at once. Continuing ' +
    'checks the values against `form`. With `timeout` it is `failed` (`task_timeout`) or goes on when nothing was ' +
    'decided in time. Not for `mode: sync`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['assignees'],
    properties: {
      assignees: peopleSchema('Who gets a task'),
      mode: {
        type: 'string',
        enum: ['single', 'all', 'any'],
        default: 'single',
        description: 'Whose answers decide.',
      },
      ...contentSchemas,
      form: formSchema,
      ...deadlineSchemas,
    },
  },
  branches: [],
  effect: 'pure',
  suspends: true,
  check: ({ form }) => checkForm(form),
  examples: [
    {
      title: 'Ask the first of two who is there',
      config: {
        assignees: ['ann', 'bob', 'ann'],
        title: 'Check order {{$context.data.id}}',
        form: { type: 'object', properties: { price: { type: 'number', default: '{{$context.data.price}}' } } },
      },
      context: { data: { id: 7, price: 12 } },
      expect: { kind: 'suspend', resumeAt: null, result: { assigned: ['ann', 'bob'], continued: 0, rejected: 0 } },
    },
    {
      title: 'Go on with what the first one answered',
      config: { assignees: ['ann', 'bob'] },
      waited: { result: { assigned: ['ann', 'bob'], continued: 0, rejected: 0 } },
      answer: [
        {
          assignee: 'bob',
          status: 'done',
          action: 'continue',
          values: { price: 9 },
          comment: 'cheaper now',
          submittedAt: '2026-01-02T03:01:00.000Z',
        },
        { assignee: 'ann', status: 'closed', action: null, values: {}, comment: null, submittedAt: null },
      ],
      expect: {
        kind: 'done',
        result: {
          action: 'continue',
          assignee: 'bob',
          values: { price: 9 },
          comment: 'cheaper now',
          submittedAt: '2026-01-02T03:01:00.000Z',
        },
      },
    },
    {
      title: 'One rejection of a committee rejects',
      config: { assignees: ['ann', 'bob'], mode: 'all' },
      waited: { result: { assigned: ['ann', 'bob'], continued: 1, rejected: 0 } },
      answer: [
        {
          assignee: 'ann',
          status: 'done',
          action: 'continue',
          values: {},
          comment: null,
          submittedAt: '2026-01-02T03:01:00.000Z',
        },
        {
          assignee: 'bob',
          status: 'done',
          action: 'reject',
          values: {},
          comment: 'too dear',
          submittedAt: '2026-01-02T03:02:00.000Z',
        },
      ],
      expect: { kind: 'fail', status: 'rejected', error: { code: 'task_rejected', message: 'bob rejected the task.' } },
    },
    {
      title: 'Nobody to ask',
      config: { assignees: '{{$context.data.reviewers}}', mode: 'any' },
      context: { data: { reviewers: [] } },
      expect: { kind: 'done', result: { submissions: [], assigned: 0, continued: 0, rejected: 0, ratio: 1 } },
    },
  ],
  run({ config, node, ports }) {
    const people = distinctPeople(config.assignees);
    const { mode = 'single' } = config;
    if (people.length === 0) return { kind: 'done', result: resultOf(mode, [], countVotes([], ruleOf(mode, 0))) };
    const tasks = tasksFor(people, config, { kind: 'manual', actions: ACTIONS, fallback: node.key });
    return {
      kind: 'suspend',
      resumeAt: deadlineOf(config, ports.now()),
      result: { assigned: people, continued: 0, rejected: 0 },
      write: { kind: 'open_tasks', tasks },
    };
  },
  async resume({ config, node, ports }, waiting) {
    const { mode = 'single' } = config;
    const tasks = await ports.tasks.find(node.runId);
    const votes = countVotes(tasks, ruleOf(mode, tasks.length));
    const result = resultOf(mode, tasks, votes);
    if (votes.verdict !== null) return closing(tasks, decided(votes, result));
    if (isOver(config, waiting, ports.now())) return closing(tasks, timedOut(config, result));
    if (!tasks.some(({ status }) => status === 'open')) return noOpenTask(submittedSoFar(tasks, votes));
    const assigned = tasks.map(({ assignee }) => assignee);
    return {
      kind: 'suspend',
      resumeAt: deadlineOf(config, new Date(waiting.startedAt)),
      result: { assigned, continued: votes.yes, rejected: votes.no },
    };
  },
  abandon: () => ({ kind: 'close_tasks' }),
});

function ruleOf(mode: Mode, assigned: number): VoteRule {
  const actions = { yes: 'continue', no: 'reject' };
  switch (mode) {
    case 'single':
      return { ...actions, yesAt: 1, noAt: 1 };
    case 'all':
      return { ...actions, yesAt: assigned, noAt: 1 };
    case 'any':
      return { ...actions, yesAt: 1, noAt: assigned };
    default:
      return mode satisfies never;
  }
}

/** In mode single that of the one who decided, null when nobody did. */
function resultOf(mode: Mode, tasks: readonly TaskState[], votes: Votes): JsonObject | null {
  if (mode === 'single') return votes.decider === null ? null : submission(votes.decider);
  return submittedSoFar(tasks, votes);
}

function submittedSoFar(tasks: readonly TaskState[], { yes, no }: Votes): JsonObject {
  const submitted = submissions(tasks);
  const assigned = tasks.length;
  const ratio = assigned === 0 ? 1 : submitted.length / assigned;
  return { submissions: submitted, assigned, continued: yes, rejected: no, ratio };
}

function decided({ verdict, decider }: Votes, result: Json): Extract<Outcome, { kind: 'done' | 'fail' }> {
  if (verdict === 'yes') return { kind: 'done', result };
  const error = { code: 'task_rejected', message: `${decider?.assignee} rejected the task.` };
  return { kind: 'fail', status: 'rejected', error, result };
}

function timedOut({ onTimeout }: TaskDeadline, result: Json): Extract<Outcome, { kind: 'done' | 'fail' }> {
  if (onTimeout === 'continue') return { kind: 'done', result };
  const error = { code: 'task_timeout', message: 'Nothing was decided in time.' };
  return { kind: 'fail', status: 'failed', error, result };
}
