import type { Ending } from '../../contract/statuses.js';
import type { Place, ReferenceState } from './reference-state.js';
import type { TreeNode } from './tree.js';

/** How a list of nodes came out: it is through, a failure stopped it, or the whole execution ends. */
export type Flow =
  | { kind: 'next' }
  | { kind: 'failed'; status: Exclude<Ending, 'resolved'> }
  | { kind: 'ended'; status: 'resolved' | 'failed'; reply: { status: number; body: string } | null };

/** When a list goes on: at the next end of a running node, or of a wait. */
export interface Blocked {
  tick: number;
  due: number;
}

/** A list of nodes on its way. It is gone on with at every event: one of its own or not. */
export type Steps = Generator<Blocked, Flow, Wake>;

/** `fresh`: nothing ran any more, so this is a new run, and waits that are over are gone on with. */
export interface Wake {
  fresh: boolean;
}

export const NEVER = Number.POSITIVE_INFINITY;
export const NEXT: Flow = { kind: 'next' };

/** A list that a failure stopped. */
export function failed(status: Exclude<Ending, 'resolved'>): Flow {
  return { kind: 'failed', status };
}

/** What runs a branch; handed in, because nodes hold lists and lists hold nodes. */
export type RunList = (nodes: readonly TreeNode[], place: Place, state: ReferenceState) => Steps;
