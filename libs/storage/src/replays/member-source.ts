import { idFloor } from '#shared';
import { storableText } from '../connection/storable-text.js';
import type { ReplaySelection } from './contract.js';

/** Where the members of a replay are read from: `from` and `where` of a select, `id` the name they go by. */
export interface MemberSource {
  id: string;
  from: string;
  where: string;
  values: unknown[];
}

/** Verified once, and kept whole: accepted ones and what was refused for its content, not for the database being away. */
export const REPLAYABLE = `r.body is not null and r.workflow_id is not null and (r.verdict in ('accepted', 'duplicate', 'filtered')
  or r.verdict = 'refused' and r.gate >= 14 and r.reason is distinct from 'storage_unavailable')`;

/**
 * Members with ids from `after` (exclusive) up to `bound` (exclusive), besides the executions that the replay itself
 * started: a clock that is behind would else make a circle of them.
 */
export function memberSource(
  selection: ReplaySelection,
  { replayId, after, bound }: { replayId: string | null; after: string | null; bound: string },
): MemberSource {
  const source = selection.kind === 'requests' ? requestSource(selection.filter) : executionSource(selection.filter);
  const { id } = source;
  source.add((value) => `${id} < ${value}::uuid`, bound);
  if (after !== null) source.add((value) => `${id} > ${value}::uuid`, after);
  const { from } = selection.filter;
  if (from) source.add((value) => `${id} >= ${value}::uuid`, idFloor(from));
  if (selection.kind === 'executions' && replayId !== null) {
    source.add(
      (value) => `not exists (select 1 from replay_members m where m.execution_id = ${id} and m.replay_id = ${value})`,
      replayId,
    );
  }
  return { id, from: source.from, where: source.conditions.join(' and '), values: source.values };
}

type Growing = Omit<MemberSource, 'where'> & {
  conditions: string[];
  add(condition: (placeholder: string) => string, value: unknown): void;
};

function growing(id: string, from: string, conditions: string[]): Growing {
  const values: unknown[] = [];
  return {
    ...{ id, from, conditions, values },
    add: (condition, value) => void conditions.push(condition(`$${values.push(value)}`)),
  };
}

function requestSource({ workflow, verdict, deliveryId }: Extract<ReplaySelection, { kind: 'requests' }>['filter']) {
  const source = growing('r.id', 'requests r', [REPLAYABLE]);
  source.add((value) => `r.verdict = ${value}`, verdict);
  if (workflow !== undefined) source.add(workflowIs('r'), storableText(workflow));
  if (deliveryId !== undefined) {
    source.add(
      (value) => `left(r.delivery_id, 200) = left(${value}::text, 200) and r.delivery_id = ${value}`,
      storableText(deliveryId),
    );
  }
  return source;
}

/** Over the partial index of what did not resolve: few among millions. A child is run again by its parent. */
function executionSource({ workflow, status }: Extract<ReplaySelection, { kind: 'executions' }>['filter']) {
  const from = `execution_results x cross join lateral (select * from executions where id = x.execution_id limit 1) e`;
  const source = growing('x.execution_id', from, [`x.status <> 'resolved'`, 'e.parent_execution_id is null']);
  if (status !== undefined) source.add((value) => `x.status = ${value}::execution_status`, status);
  if (workflow !== undefined) source.add(workflowIs('e'), storableText(workflow));
  return source;
}

function workflowIs(alias: string): (placeholder: string) => string {
  return (value) => `${alias}.workflow_id = (select id from workflows where key = ${value})`;
}
