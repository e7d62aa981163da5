import { isDeepStrictEqual } from 'node:util';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import type { Database } from '../connection/database.js';
import type { Transaction } from '../connection/transaction.js';
import { changeTable, createTable } from './change-table.js';
import { COLLECTION_COLUMNS, toDefinition, type CollectionRow } from './collection-row.js';
import type { CollectionFault, PutCollectionResult } from './contract.js';
import type { ParsedDefinition } from './parse-definition.js';

/** The records there are do not allow the definition: takes back what was done. */
class DefinitionRefused extends Error {
  constructor(readonly faults: CollectionFault[]) {
    super('The definition is refused.');
  }
}

/** One change of definitions at a time, until the transaction ends. */
export async function lockDefinitions(transaction: Transaction): Promise<void> {
  await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.collections]);
}

/** Stores the definition and makes the table so, in one transaction. */
export async function putCollection(
  database: Database,
  name: string,
  definition: ParsedDefinition,
): Promise<PutCollectionResult> {
  try {
    return await database.transaction((transaction) => put(transaction, name, definition));
  } catch (error) {
    if (error instanceof DefinitionRefused) return { kind: 'invalid', faults: error.faults };
    throw error;
  }
}

async function put(transaction: Transaction, name: string, { title, fields }: ParsedDefinition) {
  await lockDefinitions(transaction);
  const find = `select ${COLLECTION_COLUMNS} from collections where name = $1`;
  const [was] = await transaction.query<CollectionRow>(find, [name]);
  if (was !== undefined && was.title === title && isDeepStrictEqual(was.fields, fields)) {
    return { kind: 'unchanged' as const, collection: toDefinition(was) };
  }
  if (was === undefined) {
    await refuseForeignTable(transaction, name);
    await createTable(transaction, name, fields);
  } else if (!isDeepStrictEqual(was.fields, fields)) {
    const faults = await changeTable(transaction, name, was.fields, fields);
    if (faults.length > 0) throw new DefinitionRefused(faults);
  }
  const store = `insert into collections (name, title, fields) values ($1, $2, $3)
    on conflict (name) do update set title = excluded.title, fields = excluded.fields, updated_at = now()
    returning ${COLLECTION_COLUMNS}`;
  const [row] = await transaction.query<CollectionRow>(store, [name, title, JSON.stringify(fields)]);
  return { kind: was === undefined ? ('created' as const) : ('updated' as const), collection: toDefinition(row!) };
}

/** Somebody made a table of that name by hand: it stays theirs. */
async function refuseForeignTable(transaction: Transaction, name: string): Promise<void> {
  const find = `select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'data' and c.relname = $1`;
  if ((await transaction.query(find, [name])).length === 0) return;
  const message = `The schema data has a "${name}" that is no collection; rename it, or take another name.`;
  throw new DefinitionRefused([{ pointer: '/name', code: 'name_taken', message }]);
}
