import type { ExecutionStatus, NodeError, NodeRunRecord, Reply, Write } from '#engine';
import { Batcher, isUuid, type Json, type SecretBox } from '#shared';
import type { RecordListener } from '../collections/contract.js';
import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import {
  RejectedRow,
  type EndResult,
  type ExecutionHold,
  type ExecutionStore,
  type OutcomeToRecord,
  type OutsideEnding,
  type RunnableExecution,
  type StartedExecution,
  type StoredJournal,
  type StoredReplyState,
} from '../contract.js';
import type { PartitionedQuery, PartitionedStatement } from '../partitions/partitioned-query.js';
import { claimExecutions, type ClaimToMake } from './claim-executions.js';
import { endFromOutside } from './end-from-outside.js';
import { journalEntries, type EntryToJournal } from './journal-entries.js';
import { loadRuns } from './load-runs.js';
import { NO_LEASE } from './no-lease.js';
import { openRuns } from './open-runs.js';
import { recordOutcomes, toOutcomeRow, type OutcomeRow } from './record-outcome.js';
import { LOAD_RUNNABLE, toRunnable, type RunnableRow } from './runnable-query.js';
import { sealRuns } from './seal-runs.js';
import { writeEntry } from './write-entry.js';

const ALONE_BYTES = 256 * 1024;

/** Bodies come with the rows: fewer of them at once. */
const LOAD_ROWS = 50;

const FIND_REPLY: PartitionedStatement = {
  name: 'find-reply',
  text: (tables) => `select e.id, e.status, e.status = 'started' and e.lease_id is null as suspended, r.reply
    from ${tables.executions} e
    left join lateral (select reply from ${tables.execution_results} where execution_id = e.id limit 1) r on true
    where e.id = any($1::uuid[]) and e.id >= $2 and e.id <= $3`,
};

const FIND_ENDING = {
  name: 'find-ending',
  text: `select e.status, r.output, r.error from executions e
    left join lateral (select output, error from execution_results where execution_id = e.id limit 1) r on true
    where e.id = $1`,
};

interface EndingRow {
  status: ExecutionStatus;
  output: Json;
  error: NodeError | null;
}

const FIND_HELD = {
  name: 'find-held',
  text: `select id from executions
    where id = any($1::uuid[]) and id >= $2 and id <= $3 and status = 'started' and lease_id = $4`,
};

const ABANDON = {
  name: 'abandon-execution',
  text: `update executions set lease_id = $4 where id = $1 and status = 'started' and attempt = $2 and lease_id = $3`,
};

interface ReplyRow {
  id: string;
  status: StoredReplyState['status'];
  suspended: boolean;
  reply: Reply | null;
}

const isItemFault = (error: unknown) => error instanceof RejectedRow;

/** Every question is asked in batches: neighbours share a statement and, for writes, a commit. */
export class PgExecutionStore implements ExecutionStore {
  private readonly loads: Batcher<string, RunnableExecution | null>;
  private readonly claims: Batcher<ClaimToMake, boolean>;
  private readonly entries: Batcher<EntryToJournal, boolean>;
  private readonly outcomes: Batcher<OutcomeRow, boolean>;
  private readonly replies: Batcher<string, StoredReplyState | null>;

  /**
   * @param queries for what is asked at every execution
   * @param box encrypts the true results of node runs whose shown ones are masked
   * @param listener told of records that nodes write
   */
  constructor(
    private readonly database: Database,
    private readonly queries: PartitionedQuery,
    private readonly box: SecretBox,
    private readonly listener: RecordListener,
  ) {
    this.loads = new Batcher({ run: (ids) => this.loadAll(ids), maxItems: LOAD_ROWS });
    this.claims = new Batcher({ run: (claims) => claimExecutions(queries, claims), isItemFault });
    this.entries = new Batcher({
      run: (entries) => journalEntries(queries, entries),
      sizeOf: (entry) => entry.runs?.length ?? 0,
      aloneBytes: ALONE_BYTES,
      isItemFault,
    });
    this.outcomes = new Batcher({
      run: (rows) => recordOutcomes(queries, rows),
      sizeOf: (row) => row.bytes,
      aloneBytes: ALONE_BYTES,
      isItemFault,
    });
    this.replies = new Batcher({ run: (ids) => this.findReplies(ids) });
  }

  async loadRunnable(executionId: string): Promise<RunnableExecution | null> {
    return isUuid(executionId) ? this.loads.add(executionId.toLowerCase()) : null;
  }

  async claim(executionId: string, attempt: number, leaseId: number, timeoutMs: number | null): Promise<boolean> {
    return this.claims.add({ executionId: executionId.toLowerCase(), attempt, leaseId, timeoutMs });
  }

  /** Throws when a result was encrypted under another master key, or was changed. */
  async loadJournal(executionId: string): Promise<StoredJournal> {
    if (!isUuid(executionId)) return { runs: [], nextSeq: 0 };
    const id = executionId.toLowerCase();
    const { runs, nextSeq } = await loadRuns(this.database, id);
    return { runs: openRuns(this.box, id, runs), nextSeq };
  }

  async journal(hold: ExecutionHold, seq: number, runs: readonly NodeRunRecord[]): Promise<boolean> {
    return this.add(hold, seq, runs, { next: 'held', resumeAt: null });
  }

  async suspend(
    hold: ExecutionHold,
    seq: number,
    runs: readonly NodeRunRecord[],
    resumeAt: Date | null,
  ): Promise<boolean> {
    if (resumeAt !== null && Number.isNaN(resumeAt.getTime())) throw new RejectedRow('A time is not a date.');
    return this.add(hold, seq, runs, { next: 'suspended', resumeAt });
  }

  async write(
    hold: ExecutionHold,
    seq: number,
    { write, visit }: { write: Write; visit: Pick<NodeRunRecord, 'id' | 'nodeKey'> },
    finish: (result: Json) => readonly NodeRunRecord[],
  ): Promise<readonly StartedExecution[] | null> {
    const executionId = hold.executionId.toLowerCase();
    const seal = (result: Json) => sealRuns(this.box, executionId, finish(result));
    return writeEntry(
      this.database,
      { hold: { ...hold, executionId }, seq, write, visit, finish: seal },
      this.listener,
    );
  }

  async findEnding(
    executionId: string,
  ): Promise<{ status: ExecutionStatus; output: Json; error: NodeError | null } | null> {
    if (!isUuid(executionId)) return null;
    const [row] = await this.database.query<EndingRow>(FIND_ENDING, [executionId]);
    return row ?? null;
  }

  async handBack(hold: ExecutionHold, seq: number, runs: readonly NodeRunRecord[]): Promise<boolean> {
    return this.add(hold, seq, runs, { next: 'queued', resumeAt: null });
  }

  async findHeld(leaseId: number, executionIds: readonly string[]): Promise<Set<string>> {
    if (executionIds.length === 0) return new Set();
    const values = [executionIds, ...idBounds(executionIds), leaseId];
    const rows = await this.database.query<{ id: string }>(FIND_HELD, values);
    return new Set(rows.map((row) => row.id));
  }

  async abandon({ executionId, attempt, leaseId }: ExecutionHold, why: 'fault' | 'outage'): Promise<void> {
    await this.database.query(ABANDON, [executionId.toLowerCase(), attempt, leaseId, NO_LEASE[why]]);
  }

  async endFromOutside(
    executionId: string,
    ending: OutsideEnding,
    onlyIf?: OutcomeToRecord['expected'],
  ): Promise<EndResult> {
    if (!isUuid(executionId)) return { kind: 'unknown' };
    const record = (outcome: OutcomeToRecord) => this.recordOutcome(outcome);
    return endFromOutside(this.database, record, { executionId: executionId.toLowerCase(), ending, onlyIf });
  }

  async recordOutcome(outcome: OutcomeToRecord): Promise<boolean> {
    return this.outcomes.add(toOutcomeRow(outcome, this.box));
  }

  async findReply(executionId: string): Promise<StoredReplyState | null> {
    return isUuid(executionId) ? this.replies.add(executionId.toLowerCase()) : null;
  }

  async close(): Promise<void> {
    const batchers = [this.loads, this.claims, this.entries, this.outcomes, this.replies];
    await Promise.all(batchers.map((batcher) => batcher.close()));
  }

  private add(
    hold: ExecutionHold,
    seq: number,
    runs: readonly NodeRunRecord[],
    end: Pick<EntryToJournal, 'next' | 'resumeAt'>,
  ): Promise<boolean> {
    const executionId = hold.executionId.toLowerCase();
    const bytes = runs.length > 0 ? sealRuns(this.box, executionId, runs) : null;
    return this.entries.add({ ...hold, ...end, executionId, seq, runs: bytes });
  }

  private async loadAll(ids: readonly string[]): Promise<(RunnableExecution | null)[]> {
    const values = [ids, ...idBounds(ids)];
    let rows = await this.queries.query<RunnableRow>(LOAD_RUNNABLE, ids, values);
    // The request may be of another day than the execution: accepted around midnight, or retried.
    if (rows.some((row) => row.request_id === null && row.wanted_request_id !== null))
      rows = await this.queries.queryAll<RunnableRow>(LOAD_RUNNABLE, values);
    const found = new Map(rows.map((row) => [row.id, toRunnable(row)]));
    return ids.map((id) => found.get(id) ?? null);
  }

  private async findReplies(ids: readonly string[]): Promise<(StoredReplyState | null)[]> {
    const rows = await this.queries.query<ReplyRow>(FIND_REPLY, ids, [ids, ...idBounds(ids)]);
    const found = new Map(rows.map(({ id, ...state }) => [id, state]));
    return ids.map((id) => found.get(id) ?? null);
  }
}
