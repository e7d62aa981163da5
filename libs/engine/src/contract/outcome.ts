import type { Json } from '#shared';
import type { NodeError } from './node-run.js';
import type { Reply } from './reply.js';
import type { Scope } from './scope.js';
import type { Ending } from './statuses.js';
import type { Write } from './write.js';

/**
 * What a node says after it ran. Only the loop moves: a node never starts its branches or its successor itself.
 * `branch` with a name that the document does not have, or an empty branch, goes on to the next sibling.
 */
export type Outcome =
  | { kind: 'done'; result: Json; log?: string }
  /** One branch. With `failAfter` the visit fails so once the branch is through. */
  | { kind: 'branch'; name: string; result: Json; log?: string; failAfter?: NodeError }
  /** A branch once per item, see {@link Rounds}. */
  | { kind: 'each'; rounds: Rounds }
  /** All branches at once. */
  | { kind: 'fork'; mode: ForkMode }
  | { kind: 'end'; status: Extract<Ending, 'resolved' | 'failed'>; result: Json }
  | { kind: 'reply'; reply: Reply; result: Json; error?: NodeError }
  /** A message that a sync sender is answered with when no response node answers. */
  | { kind: 'message'; message: Json }
  | { kind: 'output'; value: Json }
  /**
   * Waits without holding a worker; the definition's `resume` goes on. `resumeAt` null: somebody else wakes it. `result`
   * is shown while it waits. `write` is committed together with the wait.
   */
  | { kind: 'suspend'; resumeAt: Date | null; result: Json; write?: Write }
  /**
   * Writes exactly once; `settle` makes the outcome of what was written. A failure it gives takes the write back, unless
   * `evenIfFailed`.
   */
  | {
      kind: 'write';
      write: Write;
      evenIfFailed?: true;
      settle(result: Json): Extract<Outcome, { kind: 'done' | 'fail' | 'branch' }>;
    }
  /** Declares or assigns a variable: the value is also the latest result of `target`. */
  | { kind: 'assign'; target: string; value: Json }
  | { kind: 'fail'; status: Exclude<Ending, 'resolved'>; error: NodeError; result?: Json; log?: string };

/** `all`: every branch must resolve. `any`: one must. `race`: the first to end decides. `allSettled`: each may end as it likes. */
export type ForkMode = 'all' | 'any' | 'race' | 'allSettled';

/** What a loop goes round over. */
export interface Rounds {
  branch: string;
  /** A number is that many rounds, each with its index as item; kept as it is now, whatever happens to its source. */
  items: number | readonly Json[];
  /** Asked before each round (the first too, unless `skipFirst`), with the round's `$scopes`. Null: always. */
  condition: { holds(scope: Scope): boolean | Promise<boolean>; skipFirst: boolean; continueOnFalse: boolean } | null;
  /** When a round fails: the loop fails with it, stops, or goes on with the next. */
  exit: 'return' | 'break' | 'continue';
}
