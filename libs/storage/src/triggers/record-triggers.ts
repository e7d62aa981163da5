import { newId, type Json, type JsonObject } from '#shared';
import { isDeepStrictEqual } from 'node:util';
import type { RecordChange, RecordEvent, RecordListener } from '../collections/contract.js';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import { stackAllows } from '../running/insert-execution.js';
import { BOUND_WORKFLOWS, type BoundRow } from './bound-workflows.js';
import { filterRecords } from './filter-records.js';
import { insertRefusedExecution, insertStartedExecutions } from './insert-started-executions.js';
import type { StartedExecutions } from './started-executions.js';

type WrittenRecord = RecordChange['records'][number];

const LISTENS = `select exists (
    select 1 from trigger_bindings b
      join workflows w on w.current_version_id = b.version_id and w.enabled and w.archived_at is null
    where b.kind = 'collection' and b.collection = $1 and $2 = any(b.events)
  ) as listens`;

const FIND = `${BOUND_WORKFLOWS} where b.kind = 'collection' and b.collection = $1 and $2 = any(b.events) order by w.id`;

/** Set by the database at every write: tells nothing. */
const ALWAYS_CHANGES = 'updatedAt';

/**
 * Starts the workflows that wait for changes of records, in the transaction of the change: what is rolled back started
 * nothing, what is committed started each of them once. A workflow that stands in the writer's own stack as often as its
 * limit allows is not started.
 */
export class RecordTriggers implements RecordListener {
  constructor(private readonly started: StartedExecutions) {}

  async listensTo(transaction: Transaction, collection: string, event: RecordEvent): Promise<boolean> {
    const [row] = await transaction.query<{ listens: boolean }>(LISTENS, [collection, event]);
    return row!.listens;
  }

  async recordChanged(transaction: Transaction, change: RecordChange, origin: WriteOrigin | null): Promise<void> {
    const stack = origin?.stack ?? [];
    const bound = await transaction.query<BoundRow>(FIND, [change.collection, change.event]);
    for (const workflow of bound) {
      if (!stackAllows(stack, workflow.workflow_id, workflow.stack_limit)) continue;
      await this.start(transaction, workflow, change, stack);
    }
  }

  private async start(
    transaction: Transaction,
    { workflow_id: workflowId, version_id: versionId, config }: BoundRow,
    change: RecordChange,
    stack: readonly number[],
  ): Promise<void> {
    const { changed, filter } = config as { changed: string[]; filter: JsonObject };
    const candidates = change.records
      .map((record) => ({ record, names: changedNames(record) }))
      .filter(({ names }) => change.event !== 'updated' || isWanted(names, changed));
    const shown = candidates.map(({ record }) => shownOf(record));
    const filtered = await filterRecords(transaction, change.collection, filter, shown);
    const target = { workflowId, versionId, stack };
    if ('error' in filtered) {
      const [first] = candidates;
      const input = first ? contextOf(change.event, first.record, first.names) : null;
      return insertRefusedExecution(transaction, target, { id: newId(), input }, filtered.error);
    }
    const executions = candidates
      .filter((_candidate, index) => filtered.holds[index])
      .map(({ record, names }) => ({ id: newId(), input: contextOf(change.event, record, names) }));
    await insertStartedExecutions(transaction, target, executions);
    const queued = executions.map(({ id }) => ({
      id,
      attempt: 0,
      mode: 'async' as const,
      dedupId: null,
      chunkId: null,
    }));
    this.started.announce(transaction, queued);
  }
}

function isWanted(changed: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((name) => changed.includes(name));
}

function shownOf({ before, after }: WrittenRecord): JsonObject {
  return after ?? before ?? {};
}

function changedNames({ before, after }: WrittenRecord): string[] {
  if (before === null || after === null) return [];
  return Object.keys(after).filter((name) => name !== ALWAYS_CHANGES && !isDeepStrictEqual(before[name], after[name]));
}

function contextOf(event: RecordEvent, record: WrittenRecord, changed: string[]): Json {
  const context: JsonObject = { data: shownOf(record), event, changed };
  return event === 'updated' ? { ...context, previous: record.before } : context;
}
