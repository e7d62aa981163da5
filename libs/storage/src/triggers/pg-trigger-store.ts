import type { BindingKind } from '#engine';
import type { Database } from '../connection/database.js';
import { storableText } from '../connection/storable-text.js';
import type { QueuedExecution } from '../contract.js';
import { insertExecution } from '../running/insert-execution.js';
import { BOUND_WORKFLOWS, toBoundWorkflow, type BoundRow } from './bound-workflows.js';
import type { BoundWorkflow, ExecutionToStart, TriggerStore } from './contract.js';
import type { StartedExecutions } from './started-executions.js';

const FIND_BOUND = {
  name: 'find-bound-workflows',
  text: `${BOUND_WORKFLOWS} where b.kind = $1 and ($2::text is null or b.collection = $2) order by w.id`,
};

/** Bindings of workflows, and executions that people and programs start through them. */
export class PgTriggerStore implements TriggerStore {
  constructor(
    private readonly database: Database,
    private readonly started: StartedExecutions,
  ) {}

  async findBound(kind: BindingKind, collection?: string): Promise<BoundWorkflow[]> {
    // A collection cannot have a name that text cannot hold.
    const name = collection === undefined ? null : storableText(collection);
    return (await this.database.query<BoundRow>(FIND_BOUND, [kind, name])).map(toBoundWorkflow);
  }

  async start(execution: ExecutionToStart): Promise<QueuedExecution> {
    const { id, mode } = execution;
    await this.database.transaction((transaction) =>
      insertExecution(transaction, { ...execution, stack: [], parent: null }),
    );
    return { id, attempt: 0, mode, dedupId: null, chunkId: null };
  }

  onStarted(listener: (executions: readonly QueuedExecution[]) => void): void {
    this.started.onStarted(listener);
  }
}
