import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { Gate } from './catch-up.js';

/** Where in the execution a list of nodes runs. */
export interface Frame {
  /** Rounds of the enclosing loops, outermost first. */
  readonly rounds: readonly number[];
  /** Aborted when the execution stops, or when the branch lost in a parallel. */
  readonly signal: AbortSignal;
  /** In a branch of a fork that an earlier run began: passed before anything new is done. */
  readonly gate?: Gate;
}

/** Identity of a visit within its execution: a tree's node is visited once per round of its loops. */
export function visitName(nodeKey: string, rounds: readonly number[]): string {
  return rounds.length === 0 ? nodeKey : `${nodeKey} ${rounds.join('.')}`;
}

/** The keys of a list of nodes and of everything in their branches. */
export function keysWithin(nodes: readonly CompiledNode[]): Set<string> {
  const keys = new Set<string>();
  const lists = [nodes];
  for (let list = lists.pop(); list !== undefined; list = lists.pop()) {
    for (const node of list) {
      keys.add(node.key);
      lists.push(...Object.values(node.branches));
    }
  }
  return keys;
}

/** Whether a visit with `rounds` lies in the rounds `outer` or deeper. */
export function isWithinRounds(rounds: readonly number[] = [], outer: readonly number[]): boolean {
  return outer.every((round, depth) => rounds[depth] === round);
}
