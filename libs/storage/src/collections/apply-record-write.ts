import { EngineError, WriteRefused, type Write } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import { BoundValues } from './bound-values.js';
import type { CollectionTable } from './collection-table.js';
import { compileFilter } from './compile-filter.js';
import type { RecordEvent, RecordListener } from './contract.js';
import { withRecords } from './enter-collection.js';
import {
  deleteObserved,
  deleteRecords,
  insertRecord,
  updateObserved,
  updateRecords,
  type WrittenRecord,
} from './write-records.js';

/** The writes that are about records. */
export type RecordWrite = Extract<Write, { kind: 'create_record' | 'update_records' | 'destroy_records' }>;

/** Where nobody starts workflows by changes of records. */
export const NO_LISTENER: RecordListener = {
  listensTo: () => Promise.resolve(false),
  recordChanged: () => Promise.resolve(),
};

const EVENTS: Readonly<Record<RecordWrite['kind'], RecordEvent>> = {
  create_record: 'created',
  update_records: 'updated',
  destroy_records: 'deleted',
};

/**
 * Writes records inside the caller's transaction, under the restricted role, which is given back before this resolves.
 * Answers the record as stored for `create_record`, else the number of records. Rejects with `WriteRefused` where the
 * write is why (codes: see `CollectionStore`); the transaction must then be rolled back.
 *
 * @param origin the visit that writes; null over the API
 */
export async function applyRecordWrite(
  transaction: Transaction,
  write: RecordWrite,
  origin: WriteOrigin | null,
  listener: RecordListener = NO_LISTENER,
): Promise<Json> {
  try {
    const { collection } = write;
    const event = EVENTS[write.kind];
    const isObserved = await listener.listensTo(transaction, collection, event);
    const { result, records } = await withRecords(transaction, collection, (table) =>
      runWrite(transaction, table, write, isObserved),
    );
    if (isObserved && records.length > 0) {
      await listener.recordChanged(transaction, { collection, event, records }, origin);
    }
    return result;
  } catch (error) {
    throw error instanceof EngineError ? new WriteRefused(error.code, error.message, error.detail) : error;
  }
}

interface Written {
  result: Json;
  /** Empty when nobody listens. */
  records: readonly WrittenRecord[];
}

async function runWrite(
  transaction: Transaction,
  table: CollectionTable,
  write: RecordWrite,
  isObserved: boolean,
): Promise<Written> {
  switch (write.kind) {
    case 'create_record': {
      const after = await insertRecord(transaction, table, write.values);
      return { result: after, records: isObserved ? [{ before: null, after }] : [] };
    }
    case 'update_records': {
      const selected = select(table, write.filter);
      if (!isObserved) return countOnly(await updateRecords(transaction, table, selected, write.values));
      return observed(await updateObserved(transaction, table, selected, write.values));
    }
    case 'destroy_records': {
      const selected = select(table, write.filter);
      if (!isObserved) return countOnly(await deleteRecords(transaction, table, selected));
      return observed(await deleteObserved(transaction, table, selected));
    }
  }
}

function select(table: CollectionTable, filter: JsonObject) {
  const values = new BoundValues();
  return { filter: compileFilter(table, filter, values, 't'), values };
}

const countOnly = (count: number): Written => ({ result: count, records: [] });

const observed = (records: readonly WrittenRecord[]): Written => ({ result: records.length, records });
