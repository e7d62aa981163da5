import type { RecordAggregation, RecordFilter, RecordQuery, SqlCall } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { Transaction, WriteOrigin } from '../connection/transaction.js';
import type { Page } from '../page.js';

/**
 * How a value is kept and shown. `string` holds 255 characters, `text` any number. `integer` has 32 bits, `bigint` 64;
 * `decimal` is exact. A `bigint` or `decimal` is a JSON number where a number holds it exactly, else a string. `date` is
 * `YYYY-MM-DD`, `datetime` ISO 8601 UTC to the millisecond.
 */
export type FieldType =
  'string' | 'text' | 'integer' | 'bigint' | 'double' | 'decimal' | 'boolean' | 'date' | 'datetime' | 'json' | 'uuid';

/** A field as it is stored: everything is said. */
export interface CollectionField {
  name: string;
  type: FieldType;
  required: boolean;
  /** Null for none. */
  default: Json;
  unique: boolean;
  index: boolean;
}

/**
 * A user-defined table in the schema `data`. Besides its fields each record has `id` (counts from 1; a number, or a
 * string beyond 2^53), `createdAt` and `updatedAt`.
 */
export interface CollectionDefinition {
  name: string;
  title: string | null;
  fields: CollectionField[];
  createdAt: Date;
  updatedAt: Date;
}

/** What is wrong with a definition, and where: a JSON pointer into the body. */
export interface CollectionFault {
  pointer: string;
  code: string;
  message: string;
}

export type PutCollectionResult =
  | { kind: 'created' | 'updated' | 'unchanged'; collection: CollectionDefinition }
  | { kind: 'invalid'; faults: CollectionFault[] };

export interface RecordList {
  /** As a document or a query string has it; `{}` for all. */
  filter: RecordFilter;
  /** Field names, `-name` for descending; the id decides last. Empty: newest first. */
  sort: readonly string[];
  limit: number;
  cursor: string | null;
}

/**
 * Collections and their records. Reads of records reject with `EngineError`, writes with `WriteRefused`; codes:
 * `unknown_collection`, `unknown_field`, `read_only_field`, `required_value`, `invalid_value`, `not_unique`,
 * `invalid_filter`, `invalid_sort`, `invalid_query`, `invalid_aggregate`, `too_many_records`. A bad cursor is
 * `BadCursor`, a database that is away `StorageUnavailable`.
 */
export interface CollectionStore {
  /** By name. */
  list(limit: number, cursor: string | null): Promise<Page<CollectionDefinition>>;
  find(name: string): Promise<CollectionDefinition | null>;
  /**
   * Makes the collection what the body `{title, fields}` says: fields are added, changed and dropped with their values.
   * A type changes only where no value can be lost.
   */
  put(name: string, body: Json): Promise<PutCollectionResult>;
  /** Drops the table with its records; false when there is none. */
  delete(name: string): Promise<boolean>;

  listRecords(name: string, list: RecordList): Promise<Page<JsonObject>>;
  /** Null when no record has the id, or it cannot be one. */
  findRecord(name: string, id: string): Promise<JsonObject | null>;
  createRecord(name: string, values: JsonObject): Promise<JsonObject>;
  /** Changes the given fields; null when there is no such record. */
  updateRecord(name: string, id: string, values: JsonObject): Promise<JsonObject | null>;
  deleteRecord(name: string, id: string): Promise<boolean>;

  /** One page of records; see `DataReader`. */
  query(query: RecordQuery): Promise<JsonObject[]>;
  aggregate(aggregation: RecordAggregation): Promise<number | string | null>;
}

export type RecordEvent = 'created' | 'updated' | 'deleted';

/** Records that one statement wrote. */
export interface RecordChange {
  collection: string;
  event: RecordEvent;
  /** `before` is null for what was created, `after` for what was deleted. At least one. */
  records: readonly { before: JsonObject | null; after: JsonObject | null }[];
}

/** Who wants to know of changes, in the transaction that makes them and as the connection's own role. */
export interface RecordListener {
  /** Asked before the write: only then are the records as they were and as they are collected. */
  listensTo(transaction: Transaction, collection: string, event: RecordEvent): Promise<boolean>;
  /**
   * After the write. What it throws takes the write back. `origin` is null for a write over the API.
   */
  recordChanged(transaction: Transaction, change: RecordChange, origin: WriteOrigin | null): Promise<void>;
}

/** The sql node's door: its own login, which sees the schema `data` and nothing else of ours. */
export interface SqlRunner {
  /**
   * Rows of one statement, in a transaction and a session of its own. Rejects with `EngineError`: `sql_syntax`,
   * `sql_not_allowed`, `sql_variable`, `sql_timeout`, `sql_too_many_rows`, `sql_too_large`, `sql_conflict`,
   * `sql_failed`, `sql_unavailable` (this installation has no login for it), `sql_not_sent`, `aborted`; with
   * `StorageUnavailable` when the connection broke and whether the statement did something is not known.
   */
  sql(call: SqlCall): Promise<JsonObject[]>;
  close(): Promise<void>;
}
