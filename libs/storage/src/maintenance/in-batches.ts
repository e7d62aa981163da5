/** The smallest id there is: where a walk over ids begins. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export interface DeletedBatch {
  deleted: number;
  /** The id behind which the next batch begins; null when this was the last one. */
  next: string | null;
}

/** Deletes batch after batch until there is no more, or the signal says to stop; how many rows. */
export async function inBatches(
  signal: AbortSignal,
  deleteBatch: (after: string) => Promise<DeletedBatch>,
): Promise<number> {
  let rows = 0;
  for (let after: string | null = FIRST_ID; after !== null && !signal.aborted;) {
    const batch: DeletedBatch = await deleteBatch(after);
    rows += batch.deleted;
    after = batch.next;
  }
  return rows;
}
