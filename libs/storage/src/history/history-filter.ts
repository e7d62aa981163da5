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

/** Where a list of executions is read from, as `from` clause with `e` among its names, and the id it goes by. */
export interface ExecutionSource extends Conditions {
  from: string;
  id: string;
}

const STATUSES: ReadonlySet<string> = new Set([...OPEN_STATUSES, ...ENDINGS]);

/**
 * Few executions among millions have a given failure or run right now: those are found over the partial indexes made
 * for it, instead of walking all that are newer. A status that does not exist matches nothing.
 */
export function executionSource(filter: HistoryFilter): ExecutionSource {
  const { status } = filter;
  if (status !== undefined && isFailure(status)) {
    const conditions = sharedConditions(filter, 'x.execution_id', 'e');
    add(conditions, (value) => `x.status <> 'resolved' and x.status = ${value}::execution_status`, status);
    const from = `execution_results x
      cross join lateral (select * from executions where id = x.execution_id limit 1) e`;
    return { from, id: 'x.execution_id', ...join(conditions) };
  }
  const conditions = sharedConditions(filter, 'e.id', 'e');
  if (status !== undefined) conditions.push(statusCondition(status));
  return { from: 'executions e', id: 'e.id', ...join(conditions) };
}

/**
 * Conditions on `requests r`. What was not accepted has an index of its own, chosen by the literal. A gate or a reason
 * alone means refusals: only those have reasons, and walking everything newer for one would take minutes.
 */
export function requestConditions(filter: HistoryFilter): Conditions {
  const { gate, reason, deliveryId } = filter;
  const conditions = sharedConditions(filter, 'r.id', 'r');
  const verdict = filter.verdict ?? (gate === undefined && reason === undefined ? undefined : 'refused');
  if (verdict !== undefined) {
    const isAccepted = verdict === 'accepted';
    add(
      conditions,
      (value) => `r.verdict = ${value}${isAccepted ? '' : " and r.verdict <> 'accepted'"}`,
      storableText(verdict),
    );
  }
  if (gate !== undefined) add(conditions, (value) => `r.gate = ${value}`, gate);
  if (reason !== undefined) add(conditions, (value) => `r.reason = ${value}`, storableText(reason));
  if (deliveryId !== undefined) {
    add(
      conditions,
      (value) => `left(r.delivery_id, 200) = left(${value}::text, 200) and r.delivery_id = ${value}`,
      storableText(deliveryId),
    );
  }
  return join(conditions);
}

function isFailure(status: string): boolean {
  return status !== 'resolved' && (ENDINGS as readonly string[]).includes(status);
}

/** Literals, for partial indexes are chosen by them; only words of the list above get here. */
function statusCondition(status: string): Condition {
  if (!STATUSES.has(status)) return { sql: () => 'false', value: undefined };
  return { sql: () => `e.status = '${status}'`, value: undefined };
}

interface Condition {
  sql(placeholder: string): string;
  value: unknown;
}

/** Times are ranges over the UUIDv7 ids, which partitions and indexes follow: from inclusive, to exclusive. */
function sharedConditions(filter: HistoryFilter, id: string, alias: string): Condition[] {
  const conditions: Condition[] = [];
  const cursor = decodeCursor(filter.cursor, isUuid);
  if (cursor !== null) add(conditions, (value) => `${id} < ${value}::uuid`, cursor);
  if (filter.from) add(conditions, (value) => `${id} >= ${value}::uuid`, idFloor(filter.from));
  if (filter.to) add(conditions, (value) => `${id} < ${value}::uuid`, idFloor(filter.to));
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
