import type { Json } from '#shared';
import type { NodeError } from './node-run.js';
import type { Reply } from './reply.js';
import type { Ending } from './statuses.js';

/**
 * What a node says after it ran. Only the loop moves: a node never starts its branches or its successor itself.
 * `branch` with a name that the document does not have, or an empty branch, goes on to the next sibling.
 */
export type Outcome =
  | { kind: 'done'; result: Json; log?: string }
  | { kind: 'branch'; name: string; result: Json; log?: string }
  | { kind: 'end'; status: Extract<Ending, 'resolved' | 'failed'>; result: Json }
  | { kind: 'reply'; reply: Reply; result: Json; error?: NodeError }
  | { kind: 'output'; value: Json }
  /**
   * Waits without holding a worker; the definition's `resume` goes on. `resumeAt` null: somebody else wakes it. `result`
   * is shown while it waits.
   */
  | { kind: 'suspend'; resumeAt: Date | null; result: Json }
  /** Declares or assigns a variable: the value is also the latest result of `target`. */
  | { kind: 'assign'; target: string; value: Json }
  | { kind: 'fail'; status: Exclude<Ending, 'resolved'>; error: NodeError; result?: Json; log?: string };
