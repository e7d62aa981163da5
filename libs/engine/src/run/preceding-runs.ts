import type { NodeRunRecord } from '../contract/node-run.js';

/**
 * What a retry from a node need not do again: what was settled before the visit that is made anew, in its order. That
 * visit is the first of `nodeKey` that did not resolve (in a loop the round that failed), else the first one. Null when
 * the node was never visited.
 *
 * Nodes whose branches are around it are opened anew; conditions, which settle before their branch begins, keep their
 * decision. What failed stays only where the execution went on from it: in earlier rounds of a loop.
 *
 * @param runs one record per visit, in the order of the visits
 */
export function precedingRuns(runs: readonly NodeRunRecord[], nodeKey: string): NodeRunRecord[] | null {
  const visits = runs.filter((run) => run.nodeKey === nodeKey);
  const anew = visits.find((run) => run.status !== 'resolved') ?? visits[0];
  if (anew === undefined) return null;
  const before = runs.slice(0, runs.indexOf(anew));
  return before.filter((run) => !isAround(run, anew) && (run.status === 'resolved' || isEarlierRound(run, anew)));
}

/** Its branches were still running when the other visit began: it had not settled then. */
function isAround(run: NodeRunRecord, inner: NodeRunRecord): boolean {
  if (run.restore?.open !== true) return false;
  if (run.endedAt === null || run.status === 'pending') return true;
  return startsWith(inner.rounds ?? [], run.rounds ?? []) && run.endedAt >= (inner.endedAt ?? inner.startedAt);
}

function isEarlierRound({ status, rounds = [] }: NodeRunRecord, { rounds: later = [] }: NodeRunRecord): boolean {
  if (status === 'pending') return false;
  const at = rounds.findIndex((round, depth) => round !== later[depth]);
  return at !== -1 && at < later.length && rounds[at]! < later[at]!;
}

function startsWith(rounds: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((round, depth) => rounds[depth] === round);
}
