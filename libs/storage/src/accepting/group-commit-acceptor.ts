import { Batcher } from '#shared';
import { isolateFaults, type Settled } from '../connection/isolate-faults.js';
import { PayloadPacker } from '../connection/payload-packer.js';
import { StorageUnavailable, type AcceptRequest, type AcceptResult, type RequestAcceptor } from '../contract.js';
import { acceptParameters, toAcceptRow, type AcceptRow } from './accept-row.js';
import { INSERT_DUPLICATES, INSERT_NEW } from './accept-statements.js';
import type { PartitionedQuery, PartitionedStatement } from '../partitions/partitioned-query.js';
import { assignChunks } from './assign-chunks.js';

const ALONE_BYTES = 64 * 1024;

/** A round is needed again only when a key was released or ran out between its two statements. */
const MAX_ROUNDS = 8;

type Outcomes = Map<AcceptRow, Settled<AcceptResult>>;

/** Accepts in batches of one commit: at most 100 rows or 1 MB, two under way, a body above 64 KB alone. */
export class GroupCommitAcceptor implements RequestAcceptor {
  private readonly batcher: Batcher<AcceptRow, Settled<AcceptResult>>;
  private closed = false;

  /**
   * @param patienceMs a request that waited longer for its batch is refused instead of sent
   * @param chunkSize most async executions of one commit that get one chunk id; 1 for none
   */
  constructor(
    private readonly queries: PartitionedQuery,
    private readonly patienceMs: number,
    private readonly chunkSize: number,
  ) {
    this.batcher = new Batcher({
      run: (rows) => this.run(rows),
      sizeOf: (row) => row.bytes,
      aloneBytes: ALONE_BYTES,
    });
  }

  async accept(request: AcceptRequest): Promise<AcceptResult> {
    if (this.closed) throw new StorageUnavailable('This process is closing and accepts no more.');
    const outcome = await this.batcher.add(toAcceptRow(request, performance.now()));
    if (!outcome.ok) throw outcome.error;
    return outcome.value;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.batcher.close();
  }

  private async run(rows: readonly AcceptRow[]): Promise<Settled<AcceptResult>[]> {
    const outcomes: Outcomes = new Map();
    let pending = this.dropStale(rows, outcomes);
    for (let round = 0; pending.length > 0 && round < MAX_ROUNDS; round += 1)
      pending = await this.round(pending, outcomes);
    return rows.map((row) => outcomes.get(row) ?? failure(new StorageUnavailable('The dedup key is fought over.')));
  }

  /** While the database is frozen a backlog would else be answered one statement timeout after another. */
  private dropStale(rows: readonly AcceptRow[], outcomes: Outcomes): readonly AcceptRow[] {
    const oldest = performance.now() - this.patienceMs;
    if (rows.every((row) => row.since >= oldest)) return rows;
    for (const row of rows) {
      if (row.since < oldest) outcomes.set(row, failure(new StorageUnavailable('The database is too slow.')));
    }
    return rows.filter((row) => row.since >= oldest);
  }

  /** Answers what it can; what remains could be neither inserted nor found and is tried again. */
  private async round(rows: readonly AcceptRow[], outcomes: Outcomes): Promise<readonly AcceptRow[]> {
    const leaders = leadersOf(rows);
    settle(leaders, await isolateFaults(leaders, (batch) => this.insertNew(batch)), outcomes);
    const losers = rows.filter((row) => !outcomes.has(row));
    settle(losers, await isolateFaults(losers, (batch) => this.insertDuplicates(batch)), outcomes);
    return losers.filter((row) => !outcomes.has(row));
  }

  /**
   * Chunks are made for each statement anew and counted by what it accepted: when a batch was split for a fault, or a
   * row lost its key, no count speaks of rows that another statement wrote, or none.
   */
  private async insertNew(rows: readonly AcceptRow[]): Promise<(AcceptResult | null)[]> {
    const chunks = assignChunks(rows, this.chunkSize);
    const accepted = await this.send<{ n: number; previous_execution_id: string | null }>(INSERT_NEW, rows, chunks);
    const sizes = new Map<string | null, number>();
    for (const { n } of accepted) sizes.set(chunks[n]!, (sizes.get(chunks[n]!) ?? 0) + 1);
    const results: (AcceptResult | null)[] = rows.map(() => null);
    for (const { n, previous_execution_id } of accepted) {
      const id = chunks[n]!;
      const size = sizes.get(id)!;
      results[n] = {
        kind: 'accepted',
        executionId: rows[n]!.columns['execution_id'] as string,
        previousExecutionId: previous_execution_id,
        chunk: id === null || size < 2 ? null : { id, size },
      };
    }
    return results;
  }

  private async insertDuplicates(rows: readonly AcceptRow[]): Promise<(AcceptResult | null)[]> {
    const results: (AcceptResult | null)[] = rows.map(() => null);
    for (const found of await this.send<DuplicateRow>(INSERT_DUPLICATES, rows)) {
      results[found.n] = {
        kind: 'duplicate',
        executionId: found.execution_id,
        versionId: found.version_id,
        bodyDiffers: found.body_differs,
      };
    }
    return results;
  }

  private send<R extends object>(
    statement: PartitionedStatement,
    rows: readonly AcceptRow[],
    chunks: readonly (string | null)[] = [],
  ): Promise<R[]> {
    const packer = new PayloadPacker();
    const parameters = acceptParameters(rows, packer, chunks);
    return this.queries.query<R>(statement, rows.flatMap(idsOf), [parameters, packer.toBuffer()]);
  }
}

function idsOf({ columns }: AcceptRow): string[] {
  return [columns['id'] as string, columns['execution_id'] as string];
}

interface DuplicateRow {
  n: number;
  execution_id: string;
  version_id: number;
  body_differs: boolean;
}

/** The first row of every key, sorted by key; rows without a key come first. */
function leadersOf(rows: readonly AcceptRow[]): AcceptRow[] {
  const seen = new Set<string>();
  const leaders = rows.filter(({ dedup }) => {
    if (dedup === null) return true;
    if (seen.has(dedup)) return false;
    seen.add(dedup);
    return true;
  });
  return leaders.sort((a, b) => compareKeys(a.dedup ?? '', b.dedup ?? ''));
}

function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function settle(
  rows: readonly AcceptRow[],
  results: readonly Settled<AcceptResult | null>[],
  outcomes: Outcomes,
): void {
  results.forEach((result, index) => {
    const row = rows[index]!;
    if (!result.ok) outcomes.set(row, result);
    else if (result.value !== null) outcomes.set(row, { ok: true, value: result.value });
  });
}

function failure(error: unknown): Settled<AcceptResult> {
  return { ok: false, error };
}
