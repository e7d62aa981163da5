import { EngineError } from '#engine';
import type { Transaction } from '../connection/transaction.js';
import { CollectionTable } from './collection-table.js';
import type { CollectionField } from './contract.js';
import { describeFault } from './describe-fault.js';

/**
 * Reads the definition and takes the restricted role in one round trip: Postgres checks the right to read our tables
 * before it runs the statement, and the role lasts until the transaction ends or leaves it. Where there is no
 * such role the work goes on in the connection's (see `ensureRecordsRole`); one that was taken away fails instead.
 */
const ENTER = `select c.fields, set_config('role', coalesce(a.records_role, 'none'), true)
  from public.collections c cross join public.data_access a where c.name = $1`;

const LEAVE = `select set_config('role', 'none', true)`;

/**
 * Runs `work` on the records of a collection under the restricted role, and gives the role back after it. Throws
 * `unknown_collection`, and what the database refuses as `EngineError` where the caller's data is why; after an error
 * the transaction is worth nothing.
 */
export async function withRecords<T>(
  transaction: Transaction,
  collection: string,
  work: (table: CollectionTable) => Promise<T>,
): Promise<T> {
  const table = await enter(transaction, collection);
  try {
    const result = await work(table);
    await transaction.query(LEAVE);
    return result;
  } catch (error) {
    throw describeFault(table, error);
  }
}

/** Also for names that cannot be one. */
function unknownCollection(name: string): EngineError {
  const shown = JSON.stringify(name.slice(0, 100));
  return new EngineError(
    'unknown_collection',
    `There is no collection ${shown}; PUT /api/v1/collections/:name makes one.`,
  );
}

async function enter(transaction: Transaction, collection: string): Promise<CollectionTable> {
  // NUL cannot even be asked for.
  const rows = collection.includes('\0')
    ? []
    : await transaction.query<{ fields: CollectionField[] }>(ENTER, [collection]);
  if (rows[0] === undefined) throw unknownCollection(collection);
  return new CollectionTable(collection, rows[0].fields);
}
