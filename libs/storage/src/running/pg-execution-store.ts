import type { NodeRunRecord, Reply } from '#engine';
import { Batcher, isUuid } from '#shared';
import type { Database } from '../connection/database.js';
import { idBounds } from '../connection/id-bounds.js';
import { jsonBytes } from '../connection/json-bytes.js';
import {
  RejectedRow,
  type ExecutionStore,
  type OutcomeToRecord,
  type RunnableExecution,
  type StoredReplyState,
} from '../contract.js';
import { claimExecutions, type ClaimToMake } from './claim-executions.js';
import { journalEntries, type EntryToJournal } from './journal-entries.js';
import { recordOutcomes, toOutcomeRow, type OutcomeRow } from './record-outcome.js';
import { LOAD_RUNNABLE, toRunnable, type RunnableRow } from './runnable-query.js';

const ALONE_BYTES = 256 * 1024;

/** Bodies come with the rows: fewer of them at once. */
const LOAD_ROWS = 50;

const FIND_REPLY = {
  name: 'find-reply',
  text: `select e.id, e.status, r.reply
    from executions e
    left join lateral (select reply from execution_results where execution_id = e.id limit 1) r on true
    where e.id = any($1::uuid[]) and e.id >= $2 and e.id <= $3`,
};

/** Lease ids count from 1: under 0 nobody holds the execution, and the dispatcher finds it lost. */
const ABANDON = {
  name: 'abandon-execution',
  text: `update executions set lease_id = 0 where id = $1 and status = 'started' and attempt = $2 and lease_id = $3`,
};

interface ReplyRow {
  id: string;
  status: StoredReplyState['status'];
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

  constructor(private readonly database: Database) {
    this.loads = new Batcher({ run: (ids) => this.loadAll(ids), maxItems: LOAD_ROWS });
    this.claims = new Batcher({ run: (claims) => claimExecutions(database, claims), isItemFault });
    this.entries = new Batcher({
      run: (entries) => journalEntries(database, entries),
      sizeOf: (entry) => entry.runs.length,
      aloneBytes: ALONE_BYTES,
      isItemFault,
    });
    this.outcomes = new Batcher({
      run: (rows) => recordOutcomes(database, rows),
      sizeOf: (row) => row.bytes,
      aloneBytes: ALONE_BYTES,
      isItemFault,
    });
    this.replies = new Batcher({ run: (ids) => this.findReplies(ids) });
  }

  async loadRunnable(executionId: string): Promise<RunnableExecution | null> {
    return isUuid(executionId) ? this.loads.add(executionId.toLowerCase()) : null;
  }

  async claim(executionId: string, attempt: number, leaseId: number): Promise<boolean> {
    return this.claims.add({ executionId: executionId.toLowerCase(), attempt, leaseId });
  }

  async journal(
    claim: { executionId: string; attempt: number; leaseId: number },
    seq: number,
    runs: readonly NodeRunRecord[],
  ): Promise<boolean> {
    return this.entries.add({ ...claim, executionId: claim.executionId.toLowerCase(), seq, runs: jsonBytes(runs) });
  }

  async abandon(claim: { executionId: string; attempt: number; leaseId: number }): Promise<void> {
    await this.database.query(ABANDON, [claim.executionId.toLowerCase(), claim.attempt, claim.leaseId]);
  }

  async recordOutcome(outcome: OutcomeToRecord): Promise<boolean> {
    return this.outcomes.add(toOutcomeRow({ ...outcome, executionId: outcome.executionId.toLowerCase() }));
  }

  async findReply(executionId: string): Promise<StoredReplyState | null> {
    return isUuid(executionId) ? this.replies.add(executionId.toLowerCase()) : null;
  }

  async close(): Promise<void> {
    const batchers = [this.loads, this.claims, this.entries, this.outcomes, this.replies];
    await Promise.all(batchers.map((batcher) => batcher.close()));
  }

  private async loadAll(ids: readonly string[]): Promise<(RunnableExecution | null)[]> {
    const rows = await this.database.query<RunnableRow>(LOAD_RUNNABLE, [ids, ...idBounds(ids)]);
    const found = new Map(rows.map((row) => [row.id, toRunnable(row)]));
    return ids.map((id) => found.get(id) ?? null);
  }

  private async findReplies(ids: readonly string[]): Promise<(StoredReplyState | null)[]> {
    const rows = await this.database.query<ReplyRow>(FIND_REPLY, [ids, ...idBounds(ids)]);
    const found = new Map(rows.map(({ id, status, reply }) => [id, { status, reply }]));
    return ids.map((id) => found.get(id) ?? null);
  }
}
