import type { RecordAggregation, RecordQuery } from '#engine';
import type { Json, JsonObject } from '#shared';
import { decodeCursor } from '../connection/cursor.js';
import type { Database } from '../connection/database.js';
import { toPage } from '../connection/to-page.js';
import type { Transaction } from '../connection/transaction.js';
import type { Page } from '../page.js';
import { applyRecordWrite, NO_LISTENER, type RecordWrite } from './apply-record-write.js';
import type { CollectionTable } from './collection-table.js';
import type {
  CollectionDefinition,
  CollectionStore,
  PutCollectionResult,
  RecordList,
  RecordListener,
} from './contract.js';
import { COLLECTION_COLUMNS, toDefinition, type CollectionRow } from './collection-row.js';
import { withRecords } from './enter-collection.js';
import { parseDefinition } from './parse-definition.js';
import { lockDefinitions, putCollection } from './put-collection.js';
import { NAME, quoteIdentifier } from './quote-identifier.js';
import { aggregateRecords, findRecord, listRecords, queryRecords } from './read-records.js';

/** Ids as they stand in URLs: what bigint identities can be. */
const ID = /^[1-9]\d{0,18}$/;
const LAST_ID = 2n ** 63n - 1n;

/** Collections in the schema `data`, their definitions in our table `collections`. */
export class PgCollectionStore implements CollectionStore {
  /** @param listener told of every write over the API */
  constructor(
    private readonly database: Database,
    private readonly listener: RecordListener = NO_LISTENER,
  ) {}

  async list(limit: number, cursor: string | null): Promise<Page<CollectionDefinition>> {
    const after = decodeCursor(cursor, (name) => NAME.test(name));
    const rows = await this.database.query<CollectionRow>(
      {
        text: `select ${COLLECTION_COLUMNS} from collections where $1::text is null or name > $1::text collate "C"
          order by name collate "C" limit $2`,
      },
      [after, limit + 1],
    );
    return toPage(rows, limit, toDefinition, ({ name }) => name);
  }

  async find(name: string): Promise<CollectionDefinition | null> {
    if (!NAME.test(name)) return null;
    const text = `select ${COLLECTION_COLUMNS} from collections where name = $1`;
    const [row] = await this.database.query<CollectionRow>({ text }, [name]);
    return row === undefined ? null : toDefinition(row);
  }

  async put(name: string, body: Json): Promise<PutCollectionResult> {
    const parsed = parseDefinition(name, body);
    if ('faults' in parsed) return { kind: 'invalid', faults: parsed.faults };
    return putCollection(this.database, name, parsed);
  }

  async delete(name: string): Promise<boolean> {
    if (!NAME.test(name)) return false;
    return this.database.transaction(async (transaction) => {
      await lockDefinitions(transaction);
      const gone = await transaction.query('delete from collections where name = $1 returning 1', [name]);
      if (gone.length > 0) await transaction.query(`drop table if exists data.${quoteIdentifier(name)}`);
      return gone.length > 0;
    });
  }

  listRecords(name: string, list: RecordList): Promise<Page<JsonObject>> {
    return this.read(name, (transaction, table) => listRecords(transaction, table, list));
  }

  findRecord(name: string, id: string): Promise<JsonObject | null> {
    return this.read(name, async (transaction, table) => (isId(id) ? findRecord(transaction, table, id) : null));
  }

  async createRecord(name: string, values: JsonObject): Promise<JsonObject> {
    return (await this.write({ kind: 'create_record', collection: name, values })) as JsonObject;
  }

  async updateRecord(name: string, id: string, values: JsonObject): Promise<JsonObject | null> {
    const write: RecordWrite = { kind: 'update_records', collection: name, filter: byId(id), values };
    return this.database.transaction(async (transaction) => {
      const count = await applyRecordWrite(transaction, write, null, this.listener);
      if (count === 0) return null;
      return withRecords(transaction, name, (table) => findRecord(transaction, table, id));
    });
  }

  async deleteRecord(name: string, id: string): Promise<boolean> {
    return (await this.write({ kind: 'destroy_records', collection: name, filter: byId(id) })) === 1;
  }

  query(query: RecordQuery): Promise<JsonObject[]> {
    return this.read(query.collection, (transaction, table) => queryRecords(transaction, table, query));
  }

  aggregate(aggregation: RecordAggregation): Promise<number | string | null> {
    return this.read(aggregation.collection, (transaction, table) => aggregateRecords(transaction, table, aggregation));
  }

  private read<T>(
    collection: string,
    work: (transaction: Transaction, table: CollectionTable) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction((transaction) =>
      withRecords(transaction, collection, (table) => work(transaction, table)),
    );
  }

  private write(write: RecordWrite): Promise<Json> {
    return this.database.transaction((transaction) => applyRecordWrite(transaction, write, null, this.listener));
  }
}

function isId(id: string): boolean {
  return ID.test(id) && BigInt(id) <= LAST_ID;
}

/** An id that cannot be one finds nothing. */
function byId(id: string): JsonObject {
  return { id: isId(id) ? { $eq: id } : { $in: [] } };
}
