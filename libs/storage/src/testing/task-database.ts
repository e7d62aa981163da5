import type { NewTask } from '#engine';
import { newId } from '#shared';
import pg from 'pg';
import type { Transaction } from '../connection/transaction.js';
import type { Storage } from '../contract.js';
import { openTasks } from '../tasks/open-tasks.js';
import { createTestDatabase } from './create-test-database.js';
import { openTestStorage } from './open-test-storage.js';
import { sampleAccept } from './sample-accept.js';
import { saveSampleWorkflow } from './save-sample-workflow.js';

/** A visit that waits for people. */
export interface WaitingVisit {
  executionId: string;
  nodeRunId: string;
  workflowId: number;
}

export interface TaskDatabase {
  storage: Storage;
  /** A connection of the test's own. */
  client: pg.Client;
  transaction: Transaction;
  /** A worker's lease. */
  leaseId: number;
  /** A started execution, suspended unless it is to be held, with a task for each of these people. */
  waiting(people: readonly string[], more?: Partial<NewTask> & { held?: true }): Promise<WaitingVisit>;
  /** Ids of the visit's tasks by assignee. */
  ids(visit: WaitingVisit): Promise<Record<string, string>>;
  execution(id: string): Promise<{ status: string; lease_id: number | null; resume_at: Date | null }>;
  close(): Promise<void>;
}

/** A database with a workflow whose executions wait for people. */
export async function openTaskDatabase(): Promise<TaskDatabase> {
  const database = await createTestDatabase();
  const storage = await openTestStorage(database.url);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const workflow = await saveSampleWorkflow(storage, { key: 'reviews' });
  const leaseId = await storage.leases.open('worker-1', 60_000);
  const ask = async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await client.query<R>(text, [...values])).rows;
  const transaction: Transaction = { query: ask };

  async function waiting(people: readonly string[], { held, ...more }: Partial<NewTask> & { held?: true } = {}) {
    const { executionId, ...request } = sampleAccept(workflow);
    await storage.acceptor.accept({ ...request, executionId });
    await storage.executions.claim(executionId, 0, leaseId, null);
    const visit = { executionId, nodeRunId: newId(), workflowId: workflow.workflowId };
    const tasks = people.map((assignee): NewTask => ({
      ...{ kind: 'manual', assignee, title: 'Check', data: null, form: null, actions: ['continue', 'reject', 'save'] },
      ...more,
    }));
    await openTasks(
      transaction,
      { kind: 'open_tasks', tasks },
      { ...visit, nodeKey: 'check', mode: 'async', stack: [] },
    );
    if (held !== true) await storage.executions.suspend({ executionId, attempt: 1, leaseId }, 0, [], null);
    return visit;
  }

  return {
    storage,
    client,
    transaction,
    leaseId,
    waiting,
    ids: async ({ executionId, nodeRunId }) => {
      const { items } = await storage.tasks.list({ execution: executionId, limit: 100, cursor: null });
      const own = items.filter((task) => task.nodeRunId === nodeRunId);
      return Object.fromEntries(own.map(({ id, assignee }) => [assignee, id]));
    },
    execution: async (id) => {
      const [row] = await ask('select status, lease_id, resume_at from executions where id = $1', [id]);
      return row as never;
    },
    close: async () => {
      await client.end();
      await storage.close();
      await database.drop();
    },
  };
}
