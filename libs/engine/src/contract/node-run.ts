import type { Json } from '#shared';
import type { NodeRunStatus } from './statuses.js';

/** What a failing node says; `code` is stable, `message` is for people. Secrets are masked before it is stored. */
export interface NodeError {
  code: string;
  message: string;
  detail?: Json;
}

/** One visit of one node, as it is stored and shown. A later record with the same id replaces an earlier one. */
export interface NodeRunRecord {
  /** UUIDv7. */
  id: string;
  nodeKey: string;
  type: string;
  /** Rounds of the enclosing loops, outermost first, each from 0; absent outside loops. */
  rounds?: readonly number[];
  status: NodeRunStatus;
  /** The rendered config, secrets masked. */
  input: Json;
  result: Json;
  error: NodeError | null;
  /** What the node printed (`console.*`), at most RESULT_LIMITS; null when nothing. */
  log: string | null;
  /** ISO 8601 UTC. */
  startedAt: string;
  endedAt: string | null;
  /** What another run needs to go on behind this visit; never shown. Absent when the rest of the record says enough. */
  restore?: NodeRunRestore;
}

/** The part of a visit that its shown record does not tell. */
export interface NodeRunRestore {
  /** The branch that was taken. */
  branch?: string;
  /** With it the visit fails once the branch is through. */
  failAfter?: NodeError;
  /** Key of the node whose latest result this visit set besides its own. */
  assigned?: string;
  /** The result is the output of the execution. */
  output?: true;
  /** Branches run, or ran, inside this visit: it settles after them, and what it knows while they run is its result. */
  open?: true;
  /** The visit ended the execution: as often as it is found, it is made again and ends it again. */
  ends?: true;
  /** A waiting visit goes on at this time, ISO 8601 UTC. */
  resumeAt?: string;
  /** The result is a message to the sync sender. */
  message?: true;
  /** The true result, where the shown one is masked. Storage keeps it encrypted. */
  result?: Json;
}
