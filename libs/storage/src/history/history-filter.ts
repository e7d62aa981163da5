import { ENDINGS, OPEN_STATUSES } from '#engine';
import { idFloor, isUuid } from '#shared';
import { decodeCursor } from '../connection/cursor.js';
import { storableText } from '../connection/storable-text.js';
import type { HistoryFilter } from '../contract.js';

/** SQL conditions and their values, built up together. */
export interface Conditions {
  /** Joined by `and`; `true` when there are none. */
  sql: string;
  values: unknown[];
}

const STATUSES: ReadonlySet<string> = new Set([...OPEN_STATUSES, ...ENDINGS]);

/** Conditions on `executions e`. A status that does not exist matches nothing. */
export function executionConditions(filter: HistoryFilter): Conditions {
  const conditions = sharedConditions(filter, 'e');
  if (filter.status !== undefined) {
    if (STATUSES.has(filter.status)) add(conditions, (value) => `e.status = ${value}::execution_status`, filter.status);
    else conditions.push({ sql: () => 'false', value: undefined });
  }
  return join(conditions);
}

/** Conditions on `requests r`. */
export function requestConditions(filter: HistoryFilter): Conditions {
  const conditions = sharedConditions(filter, 'r');
  if (filter.verdict !== undefined) add(conditions, (value) => `r.verdict = ${value}`, storableText(filter.verdict));
  if (filter.deliveryId !== undefined) {
    add(
      conditions,
      (value) => `left(r.delivery_id, 200) = left(${value}::text, 200) and r.delivery_id = ${value}`,
      storableText(filter.deliveryId),
    );
  }
  return join(conditions);
}

interface Condition {
  sql(placeholder: string): string;
  value: unknown;
}

/** Times are ranges over the UUIDv7 ids, which partitions and indexes follow: from inclusive, to exclusive. */
function sharedConditions(filter: HistoryFilter, alias: string): Condition[] {
  const conditions: Condition[] = [];
  const cursor = decodeCursor(filter.cursor, isUuid);
  if (cursor !== null) add(conditions, (value) => `${alias}.id < ${value}::uuid`, cursor);
  if (filter.from) add(conditions, (value) => `${alias}.id >= ${value}::uuid`, idFloor(filter.from));
  if (filter.to) add(conditions, (value) => `${alias}.id < ${value}::uuid`, idFloor(filter.to));
  if (filter.workflow !== undefined) {
    const key = storableText(filter.workflow);
    add(conditions, (value) => `${alias}.workflow_id = (select id from workflows where key = ${value})`, key);
  }
  return conditions;
}

function add(conditions: Condition[], sql: (placeholder: string) => string, value: unknown): void {
  conditions.push({ sql, value });
}

function join(conditions: readonly Condition[]): Conditions {
  const values: unknown[] = [];
  const parts = conditions.map(({ sql, value }) => {
    if (value === undefined) return sql('');
    values.push(value);
    return sql(`$${values.length}`);
  });
  return { sql: parts.length > 0 ? parts.join(' and ') : 'true', values };
}
