import type { Json } from '#shared';
import type { NodeRunStatus } from '../../contract/statuses.js';
import { failed, NEXT, type Flow, type RunList, type Steps } from './reference-flow.js';
import {
  openRound,
  BROKEN,
  holds,
  read,
  settle,
  type Place,
  type ReferenceState,
  type Visit,
} from './reference-state.js';
import type { NodeOf } from './tree.js';

interface Count {
  looped: number;
  done: number;
}

type Node = NodeOf<'loop'>;

/** The rounds of a loop, as contract.md 7 and 11 have them. */
export function* loopSteps(node: Node, visit: Visit, place: Place, state: ReferenceState, runList: RunList): Steps {
  const target = read(node.target, place, state);
  if (typeof target === 'boolean') return (settle(visit, 'error', null, state), failed('error'));
  const items = node.body.length === 0 ? [] : itemsOf(target);
  const count: Count = { looped: 0, done: 0 };
  const settleAs = (status: NodeRunStatus, broken: boolean): void =>
    settle(visit, status, broken ? { ...count, broken } : { ...count }, state);
  for (const [index, item] of items.entries()) {
    openRound(state);
    const round = roundPlace(node, place, { item, index, sequence: index + 1, length: items.length });
    const before = askBefore(node, index, round, state);
    if (before === BROKEN) return (settleAs('error', false), failed('error'));
    if (before === 'stop') return (settleAs('resolved', true), NEXT);
    count.looped += 1;
    if (before === 'skip') continue;
    const flow = yield* runList(node.body, round, state);
    const verdict = afterRound(node, flow);
    if (verdict === 'done') count.done += 1;
    else if (verdict === 'broken') return (settleAs('resolved', true), NEXT);
    else return (settleAs(verdict.status, verdict.kind === 'failed'), flow);
  }
  settleAs('resolved', false);
  return NEXT;
}

/** A number counts from 0; texts go by character, objects by entry. */
function itemsOf(target: Exclude<Json, boolean> | undefined): readonly Json[] {
  if (target === undefined || target === null) return [];
  if (typeof target === 'number') return Array.from({ length: Math.max(0, Math.floor(target)) }, (_, index) => index);
  if (typeof target === 'string') return Array.from(target);
  if (Array.isArray(target)) return structuredClone(target);
  return Object.entries(target).map(([key, value]) => ({ key, value: structuredClone(value) }));
}

function roundPlace(node: Node, place: Place, round: Place['scopes'][string]): Place {
  return {
    ...place,
    rounds: [...place.rounds, round.index],
    scopes: { ...place.scopes, [node.key]: round },
  };
}

function askBefore(
  { condition }: Node,
  index: number,
  place: Place,
  state: ReferenceState,
): 'run' | 'skip' | 'stop' | typeof BROKEN {
  if (condition === null || (condition.skipFirst && index === 0)) return 'run';
  const held = holds(condition.test, place, state);
  if (held === BROKEN) return BROKEN;
  if (held) return 'run';
  return condition.continueOnFalse ? 'skip' : 'stop';
}

function afterRound({ exit }: Node, flow: Flow): 'done' | 'broken' | Exclude<Flow, { kind: 'next' }> {
  if (flow.kind === 'next') return 'done';
  if (flow.kind === 'ended' || exit === 'return') return flow;
  return exit === 'break' ? 'broken' : 'done';
}
