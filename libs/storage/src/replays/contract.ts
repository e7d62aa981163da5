import type { Ending, NodeRunRecord, StoredRequest } from '#engine';
import type { Page } from '../page.js';
import type { QueuedExecution } from '../queued-execution.js';

/** Requests that passed verification once, of the verdicts that are replayed. */
export interface RequestSelection {
  workflow?: string | undefined;
  /** `refused`: those that only their content was refused for. */
  verdict: 'accepted' | 'duplicate' | 'filtered' | 'refused';
  deliveryId?: string | undefined;
  /** Inclusive; by the time in the id. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

/** Executions that did not resolve; those that a subflow node started are run again with their parent. */
export interface ExecutionSelection {
  workflow?: string | undefined;
  /** Undefined: every ending but `resolved`. */
  status?: Exclude<Ending, 'resolved'> | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

export type ReplaySelection =
  | { kind: 'requests'; filter: RequestSelection }
  | {
      kind: 'executions';
      filter: ExecutionSelection;
      /** Key of the node to go on from; null: from the start. */
      fromNode: string | null;
      version: 'same' | 'current';
    };

export type ReplayToCreate = ReplaySelection & {
  /** UUIDv7. */
  id: string;
  /** Members a second, at most. */
  rate: number;
  /** Name of the key of who asked. */
  createdBy: string;
  /** A second call with the same one gives the replay of the first; null for none. */
  idempotencyKey: string | null;
};

export type ReplayOutcome = 'started' | 'filtered' | 'refused' | 'gone' | 'skipped';

export type ReplayRecord = Record<ReplayOutcome, number> & {
  id: string;
  kind: 'requests' | 'executions';
  /** As it was asked for, times as ISO text; of a single one, `{request}`. */
  filter: Record<string, string>;
  fromNode: string | null;
  version: 'same' | 'current';
  rate: number;
  status: 'queued' | 'running' | 'done' | 'canceled';
  /** Counted when it was asked for; what is deleted or committed meanwhile makes a difference. */
  total: number;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** The fault that holds it up now; it is tried again. */
  error: string | null;
  createdBy: string;
};

export interface ReplayDetail extends ReplayRecord {
  /** Why members started nothing, most frequent first. */
  reasons: { outcome: ReplayOutcome; reason: string | null; count: number }[];
}

/** A request with what its workflow is now. */
export interface ReplayableRequest {
  request: StoredRequest;
  workflowId: number;
  workflowKey: string;
  mode: 'async' | 'sync';
  enabled: boolean;
  /** Null when the workflow was archived or has only drafts. */
  versionId: number | null;
}

/** What becomes of one member. */
export type RequestVerdict = { outcome: 'started' } | { outcome: 'filtered' | 'refused' | 'skipped'; reason: string };

/** How failed executions of a replay are run again; what is not `planned` is a reason to leave one out. */
export type RetryPlan =
  | { kind: 'planned'; restored: readonly NodeRunRecord[] }
  | { kind: 'unknown' | 'open' | 'no_version' | 'no_node' | 'not_visited' };

/** Decides on the members of a batch, while the replay is held: it writes nothing, and may be asked twice. */
export interface ReplayDecider {
  screen(candidate: ReplayableRequest): Promise<RequestVerdict>;
  plan(executionId: string, fromNode: string, version: 'same' | 'current'): Promise<RetryPlan>;
}

export type PumpResult =
  /** Nothing may start now; milliseconds until something may, null when there is nothing. */
  | { kind: 'idle'; dueInMs: number | null }
  /** One batch, committed. */
  | { kind: 'pumped'; replayId: string; started: QueuedExecution[]; members: number; ended: boolean };

export interface ReplayStore {
  /** How many members it would have now. */
  count(selection: ReplaySelection): Promise<number>;
  /** `isNew` is false when the idempotency key was used before. */
  create(replay: ReplayToCreate): Promise<{ replay: ReplayRecord; isNew: boolean }>;
  list(limit: number, cursor: string | null): Promise<Page<ReplayRecord>>;
  find(id: string): Promise<ReplayDetail | null>;
  /** What was started goes on. */
  cancel(id: string): Promise<'canceled' | 'ended' | 'unknown'>;
  /** `not_replayable`: it never passed verification, or its body was not kept. */
  findReplayable(requestId: string): Promise<ReplayableRequest | 'unknown' | 'not_replayable'>;
  /** A replay of this one request, done with one execution; null when the request is gone. */
  startOne(candidate: ReplayableRequest, createdBy: string): Promise<QueuedExecution | null>;
  /**
   * The next batch of a replay that is due, in one transaction: members, executions, counters and the place it got to.
   * Any number of processes may call it; a replay is held by one of them at a time.
   * @param batch most members of a batch
   * @throws what the decider throws; the fault stands with the replay then, and it is due again after a pause
   */
  pump(batch: number, decider: ReplayDecider): Promise<PumpResult>;
}
