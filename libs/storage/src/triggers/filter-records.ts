import { EngineError } from '#engine';
import type { JsonObject } from '#shared';
import { BoundValues } from '../collections/bound-values.js';
import { compileFilter } from '../collections/compile-filter.js';
import { withRecords } from '../collections/enter-collection.js';
import type { Transaction } from '../connection/transaction.js';

/** For each record whether it matches; or why the filter does not fit the collection (any more). */
export type FilteredRecords = { holds: boolean[] } | { error: EngineError };

/**
 * Which of these records, as they are shown, match a filter: Postgres reads them as rows of the table, so that a filter
 * means here what it means in a query, also for records that are deleted.
 */
export async function filterRecords(
  transaction: Transaction,
  collection: string,
  filter: JsonObject,
  records: readonly JsonObject[],
): Promise<FilteredRecords> {
  if (records.length === 0 || Object.keys(filter).length === 0) return { holds: records.map(() => true) };
  return withRecords(transaction, collection, async (table) => {
    const values = new BoundValues();
    const rows = values.add(JSON.stringify(records), 'jsonb');
    try {
      const where = compileFilter(table, filter, values, 't');
      const text = `select t."id"::text as id from jsonb_populate_recordset(null::${table.sql}, ${rows}) t where ${where}`;
      const found = await transaction.query<{ id: string }>(text, values.list);
      const ids = new Set(found.map(({ id }) => id));
      return { holds: records.map(({ id }) => ids.has(String(id))) };
    } catch (error) {
      // Found out before a statement was sent: the transaction goes on.
      if (error instanceof EngineError) return { error };
      throw error;
    }
  });
}
