import { formFaults } from '#engine';
import type { JobProducer } from '#queue';
import { currentTraceparent, type JsonObject, type Logger } from '#shared';
import {
  DELEGATE_ACTION,
  DRAFT_ACTIONS,
  type SubmitResult,
  type TaskDetail,
  type TaskStore,
  type TaskSubmission,
} from '#storage';
import { ApiProblem, found, notFound, type ProblemFault } from '../http/api-problem.js';

/** Actions that say yes: their values must fit the form, whatever it asks for. */
const AFFIRMATIVE: ReadonlySet<string> = new Set(['continue', 'approve']);

/** All answers of a node's tasks together are its result, which has room for a megabyte. */
const VALUES_BYTES = 256 * 1024;

/** What people do with the tasks that executions wait for. */
export class TaskDesk {
  constructor(
    private readonly tasks: Pick<TaskStore, 'find' | 'submit' | 'wake'>,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Submits a task; its execution goes on at once when that may decide something.
   * @returns the task as it is then
   * @throws ApiProblem not_found, task_not_open, execution_ended, invalid_request
   */
  async submit(id: string, submission: TaskSubmission): Promise<TaskDetail> {
    const task = found(await this.tasks.find(id), 'task', id);
    // What nobody can answer any more has no faults to correct.
    const faults = task.status === 'open' ? valuesFaults(task, submission) : [];
    if (faults.length > 0) throw invalid(faults);
    const result = await this.tasks.submit(id, submission);
    if (result.kind !== 'submitted') throw refusal(id, result);
    if (result.wakes) await this.wake(result.task.executionId);
    return result.task;
  }

  /** Whatever fails here only delays it: the execution is due, and the dispatcher looks every second. */
  private async wake(executionId: string): Promise<void> {
    try {
      const woken = await this.tasks.wake(executionId);
      if (woken === null) return;
      const traceparent = currentTraceparent();
      await this.producer.enqueue({
        executionId,
        attempt: woken.attempt,
        dedupId: woken.dedupId?.toString('hex') ?? null,
        urgent: woken.mode === 'sync',
        ...(traceparent ? { traceparent } : {}),
      });
    } catch (error) {
      this.logger.warn({ err: error, executionId }, 'an execution was not woken at once; the dispatcher will');
    }
  }
}

/** A rejection may come without values; those that are sent must fit. Drafts and what is handed on are not checked. */
function valuesFaults({ form, actions }: TaskDetail, { action, values }: TaskSubmission): ProblemFault[] {
  const bytes = Buffer.byteLength(JSON.stringify(values));
  if (bytes > VALUES_BYTES) {
    return [{ pointer: '/values', code: 'limit', message: `send ${VALUES_BYTES} bytes at most; these are ${bytes}` }];
  }
  if (form === null || !actions.includes(action) || DRAFT_ACTIONS.has(action) || action === DELEGATE_ACTION) return [];
  if (!AFFIRMATIVE.has(action) && isEmpty(values)) return [];
  return formFaults(form, values, '/values');
}

function isEmpty(values: JsonObject): boolean {
  return Object.keys(values).length === 0;
}

function invalid(faults: readonly ProblemFault[]): ApiProblem {
  return new ApiProblem(
    'invalid_request',
    faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '),
    faults,
  );
}

function refusal(id: string, result: Exclude<SubmitResult, { kind: 'submitted' }>): ApiProblem {
  switch (result.kind) {
    case 'unknown':
      return notFound('task', id);
    case 'not_open':
      return new ApiProblem('task_not_open', 'The task was answered or closed already: nobody waits for it any more.');
    case 'execution_ended':
      return new ApiProblem('task_not_open', 'The execution that asked has ended: nobody waits for the task any more.');
    case 'invalid':
      return invalid(result.faults);
    default:
      return result satisfies never;
  }
}
