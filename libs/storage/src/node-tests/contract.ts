import type { NodeError, NodeRunStatus, NodeTestDocument } from '#engine';
import type { Json } from '#shared';

/** One node to be tried by a worker, and who waits for it. */
export interface NodeTestToCreate extends NodeTestDocument {
  /** UUIDv7. */
  id: string;
  /** `$context`, or the parts of it that were given. */
  context: Json;
  /** Instance whose reply channel wakes the waiter. */
  replyTo: string;
  /** Milliseconds after which nobody waits any more: it is not begun then, and what runs is stopped. */
  expiresInMs: number;
}

/** A test as the one worker that took it sees it; `expiresInMs` is what is left. */
export type TakenNodeTest = NodeTestToCreate;

/** What came out: the node run as an execution would record it, secrets masked. */
export interface NodeTestOutcome {
  status: NodeRunStatus;
  result: Json;
  error: NodeError | null;
  log: string | null;
}

/** Where a test stands. */
export type NodeTestState = { kind: 'waiting' | 'running' } | { kind: 'ended'; outcome: NodeTestOutcome };

/** Tests of single nodes on their way to a worker and back. Nothing of them stays. */
export interface NodeTestStore {
  /** Removes, besides, what expired long ago. */
  create(test: NodeTestToCreate): Promise<void>;
  /** Gives it to one caller once: a test has real effects, and a job may be handed out twice. Null when taken or expired. */
  take(id: string): Promise<TakenNodeTest | null>;
  finish(id: string, outcome: NodeTestOutcome): Promise<void>;
  /** Null when there is no such test. */
  find(id: string): Promise<NodeTestState | null>;
  delete(id: string): Promise<void>;
}
