import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode, type NodeRunContext } from '../contract/node.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { TaskState } from '../contract/ports.js';
import type { Fault, NodeDocument } from '../contract/workflow-document.js';
import type { NewTask } from '../contract/write.js';
import { approvalExamples } from './approval-examples.js';
import { approvalSchema, type ApprovalNodeConfig } from './approval-config.js';
import { countVotes, type VoteRule, type Votes } from './count-votes.js';
import { distinctPeople } from './people-config.js';
import { checkForm, tasksFor } from './task-content.js';
import { closing, deadlineOf, isOver, noOpenTask, submissions } from './task-wait.js';

/** The action that hands a task on: storage opens another for whoever gets it, whose answer counts instead. */
const DELEGATE = 'delegate';

/** Verdicts as branches and as the status in the result. */
const VERDICTS = {
  yes: { branch: 'approve', status: 'approved' },
  no: { branch: 'reject', status: 'rejected' },
  veto: { branch: 'return', status: 'returned' },
} as const;

type Settled = Extract<Outcome, { kind: 'done' | 'branch' | 'fail' }>;

export const approvalNode = defineNode<ApprovalNodeConfig>({
  type: 'approval',
  title: 'Approval',
  docs:
    'Opens a task for each distinct approver, for all at once or, `sequential`, for one after the other, and waits without ' +
    'holding a worker until enough approved (`agreement` all, any or a `percentage` of the approvers) or enough rejected ' +
    'that this cannot happen any more. `return` decides alone; `delegate` hands a task to somebody else, whose vote ' +
    'counts instead; `comment` and `save` leave the task open. Without `branchMode` approval goes on, and rejection and ' +
    'return end the node as `rejected`; with it the flow goes on in the branch `approve`, `reject` or `return`. The result ' +
    'is `{status, data, records, approvers, approvals, rejections, ratio}`: `data` are the values of all submissions over ' +
    'each other, `records` the submissions in order. No approver is an `error`. With `timeout` it is `failed` ' +
    '(`task_timeout`) or goes on, as if approved with the status `undecided`, when nothing was decided in time. Only in ' +
    'workflows with an approval trigger.',
  configSchema: approvalSchema,
  branches: ['approve', 'reject', 'return'],
  effect: 'pure',
  suspends: true,
  triggers: ['approval'],
  check,
  examples: approvalExamples,
  run(context) {
    const { config, ports } = context;
    const approvers = distinctPeople(config.approvers);
    if (approvers.length === 0) throw new EngineError('no_approvers', 'There is nobody to approve: name an approver.');
    const first = config.order === 'sequential' ? approvers.slice(0, 1) : approvers;
    return {
      kind: 'suspend',
      resumeAt: deadlineOf(config, ports.now()),
      result: { approvers, approvals: 0, rejections: 0 },
      write: { kind: 'open_tasks', tasks: approvalTasks(context, first) },
    };
  },
  async resume(context, waiting) {
    const { config, node, ports } = context;
    const approvers = approversOf(waiting);
    const tasks = await ports.tasks.find(node.runId);
    const votes = countVotes(tasks, ruleOf(config, approvers.length));
    if (votes.verdict !== null) return closing(tasks, decided(config, votes, tasks, approvers.length));
    if (isOver(config, waiting, ports.now())) return closing(tasks, timedOut(config, votes, tasks, approvers.length));
    return goOnWaiting(context, waiting, { approvers, tasks, votes });
  },
  abandon: () => ({ kind: 'close_tasks' }),
});

function check({ agreement, percentage, branchMode, form }: ApprovalNodeConfig, { branches }: NodeDocument): Fault[] {
  const faults = checkForm(form);
  if (agreement === 'percentage' && percentage === undefined) {
    faults.push({ pointer: '/percentage', code: 'missing', message: 'write the share of approvers who must approve' });
  }
  if (branchMode !== true && Object.keys(branches ?? {}).length > 0) {
    const message = 'set branchMode to true, or remove the branches';
    faults.push({ pointer: '/branchMode', code: 'invalid', message });
  }
  return faults;
}

function approvalTasks({ config, node }: NodeRunContext<ApprovalNodeConfig>, people: readonly string[]): NewTask[] {
  const actions = config.actions ?? ['approve', 'reject'];
  return tasksFor(people, config, { kind: 'approval', actions, fallback: node.key });
}

/** As they were when the visit began, whatever the template gives now. */
function approversOf({ result }: NodeRunRecord): string[] {
  return (result as { approvers: string[] }).approvers;
}

/** It is rejected once those who have not rejected are too few to approve. */
function ruleOf({ agreement = 'all', percentage = 100 }: ApprovalNodeConfig, approvers: number): VoteRule {
  const share = Math.ceil((approvers * percentage) / 100);
  const yesAt = agreement === 'any' ? 1 : agreement === 'all' ? approvers : Math.max(1, share);
  return { yes: 'approve', no: 'reject', veto: 'return', yesAt, noAt: approvers - yesAt + 1 };
}

function resultOf(
  status: string,
  { yes, no }: Votes,
  tasks: readonly TaskState[],
  approvers: number,
): JsonObject & { data: JsonObject } {
  const records = submissions(tasks, DELEGATE);
  // Not assigned: a value named __proto__ is data like any other.
  const data: JsonObject = Object.fromEntries(records.flatMap(({ values }) => Object.entries(values ?? {})));
  return {
    status,
    data,
    records,
    approvers,
    approvals: yes,
    rejections: no,
    ratio: yes / approvers,
  };
}

function decided(
  { branchMode }: ApprovalNodeConfig,
  votes: Votes,
  tasks: readonly TaskState[],
  approvers: number,
): Settled {
  const { branch, status } = VERDICTS[votes.verdict ?? 'no'];
  const result = resultOf(status, votes, tasks, approvers);
  if (branchMode === true) return { kind: 'branch', name: branch, result };
  if (votes.verdict === 'yes') return { kind: 'done', result };
  const message = `${votes.decider?.assignee} ${status} it: that decided the approval.`;
  return { kind: 'fail', status: 'rejected', error: { code: `approval_${status}`, message }, result };
}

function timedOut(
  { branchMode, onTimeout }: ApprovalNodeConfig,
  votes: Votes,
  tasks: readonly TaskState[],
  approvers: number,
): Settled {
  const result = resultOf('undecided', votes, tasks, approvers);
  if (onTimeout !== 'continue') {
    const error = { code: 'task_timeout', message: 'Nothing was decided in time.' };
    return { kind: 'fail', status: 'failed', error, result };
  }
  return branchMode === true ? { kind: 'branch', name: VERDICTS.yes.branch, result } : { kind: 'done', result };
}

/** In sequence the next approver gets a task once the one before has voted. */
function goOnWaiting(
  context: NodeRunContext<ApprovalNodeConfig>,
  waiting: NodeRunRecord,
  { approvers, tasks, votes }: { approvers: string[]; tasks: readonly TaskState[]; votes: Votes },
): Outcome {
  const result: Json = { approvers, approvals: votes.yes, rejections: votes.no };
  const resumeAt = deadlineOf(context.config, new Date(waiting.startedAt));
  if (tasks.some(({ status }) => status === 'open')) return { kind: 'suspend', resumeAt, result };
  const asked = tasks.filter(({ action }) => action !== DELEGATE).length;
  const next = context.config.order === 'sequential' ? approvers.slice(asked, asked + 1) : [];
  if (next.length === 0) return noOpenTask(resultOf('undecided', votes, tasks, approvers.length));
  return { kind: 'suspend', resumeAt, result, write: { kind: 'open_tasks', tasks: approvalTasks(context, next) } };
}
