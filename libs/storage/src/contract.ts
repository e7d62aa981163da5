import type { EndReason, Ending, ExecutionStatus, NodeError, NodeRunRecord, Reply, StoredRequest } from '#engine';
import type { Json, JsonObject } from '#shared';

/*
 * What storage answers: named questions, plain values. Identity of workflows and versions inside the database is a
 * small integer; outside it is key and number.
 */

// ---- accepting ------------------------------------------------------------------------------------------------

/** One request that passed every gate, to be made durable together with its execution. */
export interface AcceptRequest {
  request: StoredRequest;
  workflowId: number;
  versionId: number;
  /** UUIDv7 for the execution that will exist when the request is no duplicate. */
  executionId: string;
  mode: 'async' | 'sync';
  /** HTTP status of the async answer where the document tells it, 200 to 599; null in sync mode and for a templated one. */
  httpStatus: number | null;
  bodySha256: Buffer;
  /** Null when the request has no delivery id: it is always new then. */
  dedup: { id: Buffer; windowMs: number } | null;
  /** Instance whose reply channel wakes the waiter; null in async mode. */
  replyTo: string | null;
}

export type AcceptResult =
  | {
      kind: 'accepted';
      executionId: string;
      /** The execution whose released key this one took over; null when there was none. */
      previousExecutionId: string | null;
    }
  | {
      kind: 'duplicate';
      /** The execution of the first delivery. */
      executionId: string;
      /** Its version, which may be older than the current one. */
      versionId: number;
      bodyDiffers: boolean;
    };

/**
 * Durable acceptance with group commit. Resolves after the commit; rejects with {@link StorageUnavailable} when the
 * outcome is unknown or the database is away, and with {@link RejectedRow} when this very row cannot be stored.
 */
export interface RequestAcceptor {
  accept(request: AcceptRequest): Promise<AcceptResult>;
  /** Waits for what was taken in, then refuses more. */
  close(): Promise<void>;
}

/** A request that starts nothing: filtered, handshake or refused. Never waited for by the sender. */
export interface LoggedRequest {
  id: string;
  receivedAt: Date;
  workflowId: number | null;
  verdict: 'filtered' | 'handshake' | 'refused';
  /** Row of contract.md 3 that decided. */
  gate: number;
  /** Refusal code. */
  reason: string | null;
  httpStatus: number;
  method: string;
  url: string;
  ip: string;
  /** Null when the request was refused before its headers could be trusted to be small. */
  headers: Record<string, string> | null;
  /** Null when it was refused before the body was read. */
  body: Buffer | null;
  deliveryId: string | null;
}

/** Off the hot path, in batches; above its rate limit, refusals are only counted by minute, gate and reason. */
export interface RequestLog {
  write(entry: LoggedRequest): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

// ---- running --------------------------------------------------------------------------------------------------

export interface RunnableExecution {
  id: string;
  status: ExecutionStatus;
  attempt: number;
  /** Of the worker that claimed it; null while queued. */
  leaseId: number | null;
  workflowId: number;
  workflowKey: string;
  versionId: number;
  version: number;
  mode: 'async' | 'sync';
  replyTo: string | null;
  dedupId: Buffer | null;
  createdAt: Date;
  /** Null for an execution started by hand. */
  request: StoredRequest | null;
  /** The context given by hand; null when there is a request. */
  input: Json;
}

export interface OutcomeToRecord {
  executionId: string;
  /** Compare: the ending is written only while the row has this status, attempt and lease. */
  expected: { status: 'queued' | 'started'; attempt: number; leaseId: number | null };
  status: Ending;
  reason: EndReason | null;
  error: NodeError | null;
  startedAt: Date;
  endedAt: Date;
  nodeRuns: readonly NodeRunRecord[];
  reply: Reply | null;
  output: Json;
  /** Free the dedup key: a sync execution that ended without a final reply. */
  releaseDedup: boolean;
}

export interface ExecutionStore {
  /** Batched. Null when there is no such execution. */
  loadRunnable(executionId: string): Promise<RunnableExecution | null>;
  /**
   * Batched compare-and-set `queued -> started` under a lease; attempt grows by one. False when somebody else was
   * first or the execution ended.
   */
  claim(executionId: string, attempt: number, leaseId: number): Promise<boolean>;
  /**
   * Writes journal rows of a claimed execution, fenced by attempt and lease. False when the claim is lost.
   * `seq` counts journal rows of the execution from 0.
   */
  journal(
    claim: { executionId: string; attempt: number; leaseId: number },
    seq: number,
    runs: readonly NodeRunRecord[],
  ): Promise<boolean>;
  /**
   * Gives up a claim whose run cannot go on here, although its worker lives: the execution is then among the lost ones
   * at once. Does nothing when the claim is not held any more.
   */
  abandon(claim: { executionId: string; attempt: number; leaseId: number }): Promise<void>;
  /** Batched. False when the compare failed: somebody else ended it, nothing was written. */
  recordOutcome(outcome: OutcomeToRecord): Promise<boolean>;
  /** Batched. The stored reply once the execution ended, else null. */
  findReply(executionId: string): Promise<StoredReplyState | null>;
  close(): Promise<void>;
}

/** Null reply with an ended status means an async execution or one deleted meanwhile. */
export interface StoredReplyState {
  status: ExecutionStatus;
  reply: Reply | null;
}

// ---- dispatcher -----------------------------------------------------------------------------------------------

export interface QueuedExecution {
  id: string;
  attempt: number;
  mode: 'async' | 'sync';
  /**
   * For the job id. Null without a delivery id, and when the key was taken over from an earlier execution: that one's
   * job may still be in the queue under the key.
   */
  dedupId: Buffer | null;
}

/** Started, and nobody runs it any more. */
export interface LostExecution extends RunnableExecution {
  /** The intent of an effect was written down, so the effect may have happened. */
  journaled: boolean;
}

export interface DispatchStore {
  /** Queued for at least `olderThanMs` (database clock), ids above `after`, ascending, at most `limit`. */
  findQueued(olderThanMs: number, after: string | null, limit: number): Promise<QueuedExecution[]>;
  /** Started executions that were abandoned, or whose lease ran out at least `graceMs` ago, at most `limit`. */
  findLost(graceMs: number, limit: number): Promise<LostExecution[]>;
  /**
   * Compare-and-set `started -> queued`, fenced by attempt and lease; the attempt stays counted. False when somebody
   * else was first, or an effect was written down after all.
   */
  requeueLost(execution: Pick<LostExecution, 'id' | 'attempt' | 'leaseId'>): Promise<boolean>;
  /** Waiting executions, counted up to `limit` and no further. */
  countQueued(limit: number): Promise<number>;
}

export interface LeaseStore {
  /** A new lease for this process, on the database's clock. */
  open(owner: string, ttlMs: number): Promise<number>;
  /** False when the lease is gone: the process must stop before its next effect. */
  renew(leaseId: number, ttlMs: number): Promise<boolean>;
  release(leaseId: number): Promise<void>;
}

// ---- configuration --------------------------------------------------------------------------------------------

/** What a gateway or worker needs of a workflow's current version. */
export interface ActiveVersion {
  workflowId: number;
  workflowKey: string;
  versionId: number;
  version: number;
  document: JsonObject;
}

export interface ConfigurationStore {
  /**
   * Grows with every write to workflows or secrets, and when a secret comes into force or runs out; by how much says
   * nothing. Read twice a second by every process.
   */
  readEpoch(): Promise<number>;
  /** Current versions of enabled, not archived workflows. */
  loadActive(): Promise<ActiveVersion[]>;
  /** One version, whatever its state; null when unknown. Versions never change: cache for ever. */
  loadVersion(versionId: number): Promise<ActiveVersion | null>;
  /** Decrypted secrets that are in force now, by name. */
  loadSecrets(): Promise<Map<string, string>>;
}

export interface WorkflowRecord {
  id: number;
  key: string;
  title: string | null;
  description: string | null;
  mode: 'async' | 'sync';
  enabled: boolean;
  currentVersion: number | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface VersionRecord {
  id: number;
  number: number;
  document: JsonObject;
  contentHash: string;
  createdAt: Date;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface WorkflowToSave {
  key: string;
  title: string | null;
  description: string | null;
  mode: 'async' | 'sync';
  /** Undefined leaves the switch as it is (off for a new workflow unless stated). */
  enabled: boolean | undefined;
  document: JsonObject;
  contentHash: string;
  /** Custom path claims of this version: normalised pattern per method, for the overlap check. */
  path: { pattern: string; methods: string[] } | null;
  draft: boolean;
  /** ETag the caller saw; a mismatch is answered with `stale`. */
  ifMatch: string | null;
}

export type SaveResult =
  | { kind: 'created' | 'updated' | 'unchanged'; workflow: WorkflowRecord; version: VersionRecord }
  | { kind: 'mode_differs' | 'stale' | 'key_taken' }
  | { kind: 'path_conflict'; otherKey: string };

export interface WorkflowStore {
  /** One transaction under a lock: version, current pointer, switch, path claims, epoch. `create` refuses a key in use. */
  save(
    workflow: WorkflowToSave,
    options: { create: boolean; overlaps: (a: string, b: string) => boolean },
  ): Promise<SaveResult>;
  find(key: string): Promise<{ workflow: WorkflowRecord; version: VersionRecord } | null>;
  list(limit: number, cursor: string | null): Promise<Page<WorkflowRecord>>;
  setEnabled(key: string, enabled: boolean): Promise<WorkflowRecord | null>;
  archive(key: string): Promise<boolean>;
  listVersions(key: string, limit: number, cursor: string | null): Promise<Page<VersionRecord> | null>;
  findVersion(key: string, number: number): Promise<VersionRecord | null>;
  /** Makes it current and switches the workflow on. Throws `PathConflict` when its path was taken meanwhile. */
  enableVersion(key: string, number: number): Promise<WorkflowRecord | null>;
}

// ---- history --------------------------------------------------------------------------------------------------

export interface ExecutionRecord {
  id: string;
  workflowKey: string;
  version: number;
  status: ExecutionStatus;
  reason: EndReason | null;
  requestId: string | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}

export interface ExecutionDetail extends ExecutionRecord {
  versionId: number;
  request: StoredRequest | null;
  input: Json;
  previousExecutionId: string | null;
  nodeRuns: NodeRunRecord[];
  reply: Reply | null;
  output: Json;
  error: NodeError | null;
}

export interface RequestRecord {
  id: string;
  receivedAt: Date;
  workflowKey: string | null;
  verdict: 'accepted' | 'duplicate' | 'filtered' | 'handshake' | 'refused';
  gate: number | null;
  reason: string | null;
  /**
   * In sync mode the status of the stored reply, once there is one: a sender whose wait ended before got 408 or 202.
   * Null where nobody knows: a templated async status, an execution that runs or was deleted.
   */
  httpStatus: number | null;
  method: string;
  url: string;
  ip: string;
  deliveryId: string | null;
  bodyBytes: number | null;
  bodyDiffers: boolean | null;
  executionId: string | null;
}

export interface RequestDetail extends RequestRecord {
  headers: Record<string, string> | null;
  /** Null when the body was never read. */
  body: Buffer | null;
}

export interface HistoryFilter {
  workflow?: string | undefined;
  status?: string | undefined;
  verdict?: string | undefined;
  deliveryId?: string | undefined;
  /** Inclusive; by the time in the id. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
  limit: number;
  cursor: string | null;
}

export interface HistoryStore {
  listExecutions(filter: HistoryFilter): Promise<Page<ExecutionRecord>>;
  findExecution(id: string): Promise<ExecutionDetail | null>;
  listRequests(filter: HistoryFilter): Promise<Page<RequestRecord>>;
  findRequest(id: string): Promise<RequestDetail | null>;
  /** An execution by hand: its row and its context, committed. */
  createManual(execution: {
    id: string;
    workflowId: number;
    versionId: number;
    input: Json;
    replyTo: string;
  }): Promise<void>;
  /** Only ended executions; false when it is unknown or still open. */
  deleteExecution(id: string): Promise<'deleted' | 'open' | 'unknown'>;
  /** False when it is unknown, and while the execution that needs it is open. */
  deleteRequest(id: string): Promise<boolean>;
}

// ---- secrets and keys -----------------------------------------------------------------------------------------

export interface SecretRecord {
  name: string;
  createdAt: Date;
  updatedAt: Date;
  notBefore: Date | null;
  notAfter: Date | null;
}

export interface SecretStore {
  list(): Promise<SecretRecord[]>;
  find(name: string): Promise<SecretRecord | null>;
  put(secret: { name: string; value: string; notBefore: Date | null; notAfter: Date | null }): Promise<SecretRecord>;
  delete(name: string): Promise<boolean>;
}

export type Role = 'viewer' | 'operator' | 'editor' | 'admin';

export interface ApiKeyRecord {
  id: string;
  name: string;
  role: Role;
  /** First characters of the key, to recognise it by. */
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

export interface ApiKeyStore {
  list(): Promise<ApiKeyRecord[]>;
  /** Stores the sha-256 of the key only. */
  create(key: { name: string; role: Role; key: string }): Promise<ApiKeyRecord>;
  /** By the sha-256 of the presented key; null when unknown. */
  findByKey(key: string): Promise<ApiKeyRecord | null>;
  delete(id: string): Promise<boolean>;
}

// ---- whole ----------------------------------------------------------------------------------------------------

export interface Storage {
  acceptor: RequestAcceptor;
  requestLog: RequestLog;
  executions: ExecutionStore;
  dispatch: DispatchStore;
  leases: LeaseStore;
  configuration: ConfigurationStore;
  workflows: WorkflowStore;
  history: HistoryStore;
  secrets: SecretStore;
  apiKeys: ApiKeyStore;
  /** Rejects within `timeoutMs` when the database cannot answer. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface StorageOptions {
  databaseUrl: string;
  /** Name of this process in pg_stat_activity. */
  applicationName: string;
  /** 32 bytes. */
  masterKey: Buffer;
  poolSize: number;
  /** Milliseconds a statement may take before it is given up. */
  statementTimeoutMs: number;
  /** Refusals logged in full per second; beyond it they are counted. */
  refusalLogRate: number;
}

/** The database is away, or a commit's outcome is unknown: try later. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** This one row cannot be stored whatever its neighbours do (bad data). */
export class RejectedRow extends Error {
  override readonly name = 'RejectedRow';
}
