import type { NodeRunRecord } from '../contract/node-run.js';

/**
 * What a retry from a node need not do again: what was settled before the visit that is made anew, in its order. That
 * visit is the first of `nodeKey` that did not resolve (in a loop the round that failed), else the first one. Null when
 * the node was never visited. What had resolved in other branches of the parallels around it is kept too, whenever it
 * was: it does not come after the node.
 *
 * Nodes whose branches are around it are opened anew; conditions, which settle before their branch begins, keep their
 * decision. What failed stays only where the execution went on from it: in earlier rounds of a loop.
 *
 * @param runs one record per visit, in the order of the visits
 * @param beside the nodes in those branches, see `nodesBeside`
 */
export function precedingRuns(
  runs: readonly NodeRunRecord[],
  nodeKey: string,
  beside: ReadonlyMap<string, number> = new Map(),
): NodeRunRecord[] | null {
  const visits = runs.filter((run) => run.nodeKey === nodeKey);
  const anew = visits.find((run) => run.status !== 'resolved') ?? visits[0];
  if (anew === undefined) return null;
  const at = runs.indexOf(anew);
  return runs.filter((run, index) => {
    if (index >= at) return run.status === 'resolved' && isBeside(run, anew, beside.get(run.nodeKey));
    return !isAround(run, anew) && (run.status === 'resolved' || isEarlierRound(run, anew));
  });
}

/** In the same visit of a parallel, which `loops` are around. */
function isBeside({ rounds = [] }: NodeRunRecord, anew: NodeRunRecord, loops: number | undefined): boolean {
  return loops !== undefined && startsWith(rounds, (anew.rounds ?? []).slice(0, loops));
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
