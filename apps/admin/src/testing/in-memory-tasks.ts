import { newId } from '#shared';
import type { SubmitResult, TaskDetail, TaskFilter, TaskStore, TaskSubmission, WokenExecution } from '#storage';
import { pageOf } from './page-of.js';

/** Tasks without a database, for specs of what the API makes of storage's answers. */
export class InMemoryTasks implements TaskStore {
  readonly rows: TaskDetail[] = [];
  /** Filters that lists were asked with. */
  readonly asked: TaskFilter[] = [];
  /** Executions that are not suspended, which nobody can wake. */
  readonly running = new Set<string>();
  /** What the next submission is answered with; null: what belongs to the task. */
  next: Exclude<SubmitResult, { kind: 'submitted' }> | null = null;

  /** Adds an open manual task. */
  add(task: Partial<TaskDetail> = {}): TaskDetail {
    const names = { workflowKey: 'reviews', nodeRunId: newId(), nodeKey: 'check', kind: 'manual' as const };
    const none = { delegatedFrom: null, form: null, action: null, comment: null, submittedAt: null, readAt: null };
    const row: TaskDetail = {
      ...{ id: newId(), executionId: newId(), ...names, assignee: 'ann', title: 'Check', status: 'open' as const },
      ...{ ...none, actions: ['continue', 'reject', 'save'], createdAt: new Date(), data: null, values: null },
      ...task,
    };
    this.rows.unshift(row);
    return row;
  }

  async list(filter: TaskFilter) {
    this.asked.push(filter);
    return pageOf(this.rows, filter.limit, filter.cursor, ({ id }) => id);
  }

  async find(id: string) {
    return this.rows.find((row) => row.id === id) ?? null;
  }

  async statesOf() {
    return [];
  }

  async submit(id: string, { action, values, comment }: TaskSubmission): Promise<SubmitResult> {
    if (this.next !== null) return this.next;
    const task = this.rows.find((row) => row.id === id);
    if (!task) return { kind: 'unknown' };
    if (task.status !== 'open') return { kind: 'not_open' };
    if (!task.actions.includes(action)) {
      return { kind: 'invalid', faults: [{ pointer: '/action', code: 'invalid', message: 'use another' }] };
    }
    const isDraft = action === 'save';
    Object.assign(task, { action, values, comment, status: isDraft ? 'open' : 'done' });
    return { kind: 'submitted', task, wakes: !isDraft };
  }

  async markRead(id: string) {
    const task = await this.find(id);
    return task && Object.assign(task, { readAt: new Date(), status: task.kind === 'cc' ? 'done' : task.status });
  }

  async wake(executionId: string): Promise<WokenExecution | null> {
    if (this.running.has(executionId)) return null;
    return { id: executionId, attempt: 3, mode: 'async', dedupId: Buffer.from('ab', 'hex') };
  }
}
