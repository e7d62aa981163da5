import type {
  EndReason,
  Ending,
  ExecutionStatus,
  NodeError,
  NodeRunRecord,
  ParsedContent,
  Reply,
  StoredRequest,
  TriggerBinding,
  TriggerType,
  Write,
} from '#engine';
import type { HeaderList, Json, JsonObject } from '#shared';
import type { ChannelStore, NotificationStore } from './channels/contract.js';
import type { CollectionStore } from './collections/contract.js';
import type { NodeTestStore } from './node-tests/contract.js';
import type { ReplayStore } from './replays/contract.js';
import type { TaskStore } from './tasks/contract.js';
import type { ScheduleStore, TriggerStore } from './triggers/contract.js';
import type { Page } from './page.js';
import type { QueuedExecution } from './queued-execution.js';

export type { Page, QueuedExecution };
export * from './node-tests/contract.js';
export * from './replays/contract.js';

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
  /** Name of the secret whose signature or token matched; null when none was asked for or it has no name. */
  secretName: string | null;
  /** Milliseconds from receipt until the request was handed over to be made durable. */
  latencyMs: number;
  /** Of what is parsed; tells a duplicate with another body. */
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
      /** Neighbours of the same commit that may travel as one job; null when it travels alone. */
      chunk: AcceptedChunk | null;
    }
  | {
      kind: 'duplicate';
      /** The execution of the first delivery. */
      executionId: string;
      /** Its version, which may be older than the current one. */
      versionId: number;
      bodyDiffers: boolean;
    };

/** Executions of one commit that were given one chunk id. */
export interface AcceptedChunk {
  /** UUID; stands in each member's row, so that the dispatcher can ask the queue for the chunk's job. */
  id: string;
  /** Members that were accepted, at least 2 and at most CHUNK_SIZE. */
  size: number;
}

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
  /** Credentials masked. Null when the request was refused before its headers could be trusted to be small. */
  rawHeaders: HeaderList | null;
  /** As received. Null when it was refused before the body was read. */
  body: Buffer | null;
  /** See `StoredRequest.content`. */
  content: ParsedContent | null;
  deliveryId: string | null;
  secretName: string | null;
  /** Milliseconds from receipt to the answer. */
  latencyMs: number;
}

/** What is kept of a refusal that is only counted. */
export type CountedRefusal = Pick<LoggedRequest, 'receivedAt' | 'workflowId' | 'gate'> & { reason: string };

/** Off the hot path, in batches; above its rate limit, refusals are only counted by minute, gate and reason. */
export interface RequestLog {
  write(entry: LoggedRequest): void;
  /** For what leaves no row: not even a request, or its sender gone before it was one. */
  count(entry: CountedRefusal): void;
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
  /** Of the claim that was first; null while nobody claimed it. */
  startedAt: Date | null;
  /** Milliseconds until the execution times out, by the database's clock; null when it has no time limit (yet). */
  expiresInMs: number | null;
  /** Workers that vanished while they ran it, since it last got on. */
  lostWorkers: number;
  /** The execution whose subflow node waits for this one; null for most. */
  parentExecutionId: string | null;
  /** The database's clock. */
  loadedAt: Date;
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
  /** The execution that waits for this ending; absent or null when none does. */
  parentExecutionId?: string | null;
  /** Free the dedup key: a sync execution that ended without a final reply. */
  releaseDedup: boolean;
  /**
   * The workflow wants executions with this ending deleted: at once, or, when a sync sender or its duplicates may still
   * ask for the reply, after 150 s and not before the dedup window is over.
   */
  deleteWhenEnded: boolean;
}

/** Identity of one worker's hold on an execution; every write of a running execution is compared with it. */
export interface ExecutionHold {
  executionId: string;
  attempt: number;
  leaseId: number;
}

/** What earlier attempts committed. */
export interface StoredJournal {
  /** One per visit, the latest record of each, in order of first appearance; `restore.result` is decrypted. */
  runs: NodeRunRecord[];
  /** For the next entry. */
  nextSeq: number;
}

/** An execution that is committed as queued, at its first attempt. */
export interface StartedExecution {
  id: string;
  mode: 'async' | 'sync';
}

/** An ending that comes from outside the run: cancel, timeout, recovery, a job that cannot be run. */
export interface OutsideEnding {
  status: Exclude<Ending, 'resolved'>;
  reason: EndReason | null;
  error: NodeError;
}

export type EndResult =
  | { kind: 'ended'; replyTo: string | null }
  /** It had an ending already. */
  | { kind: 'closed'; status: ExecutionStatus }
  /** Its row is not as `onlyIf` says any more. */
  | { kind: 'changed' }
  | { kind: 'unknown' };

export interface ExecutionStore {
  /** Batched. Null when there is no such execution. */
  loadRunnable(executionId: string): Promise<RunnableExecution | null>;
  /**
   * Batched compare-and-set `queued -> started` under a lease; attempt grows by one. False when somebody else was
   * first or the execution ended. `timeoutMs` starts the execution's clock at its first claim; null or 0 for none.
   */
  claim(executionId: string, attempt: number, leaseId: number, timeoutMs: number | null): Promise<boolean>;
  /** For an execution with attempt above 0; earlier attempts, or the execution it retries, may have left entries. */
  loadJournal(executionId: string): Promise<StoredJournal>;
  /**
   * Writes journal rows of a claimed execution, fenced by attempt and lease. False when the claim is lost.
   * `seq` counts journal rows of the execution from 0. Batched.
   */
  journal(hold: ExecutionHold, seq: number, runs: readonly NodeRunRecord[]): Promise<boolean>;
  /**
   * As `journal`, and lets go: the execution stays `started` without a lease until `resumeAt` (null: until somebody
   * wakes it). Lost workers are forgotten: it got on.
   */
  suspend(hold: ExecutionHold, seq: number, runs: readonly NodeRunRecord[], resumeAt: Date | null): Promise<boolean>;
  /**
   * A write of a node and a journal entry with the runs that `finish` makes of its result, in one transaction. `finish`
   * may be called more than once; what it throws takes the write back and comes out. Gives what was started by the write,
   * to be enqueued; null when the claim is lost. @throws WriteRefused
   */
  write(
    hold: ExecutionHold,
    seq: number,
    write: { write: Write; visit: Pick<NodeRunRecord, 'id' | 'nodeKey'> },
    finish: (result: Json) => readonly NodeRunRecord[],
  ): Promise<readonly StartedExecution[] | null>;
  /** As `journal`, and puts the execution back among the queued ones, for another worker. */
  handBack(hold: ExecutionHold, seq: number, runs: readonly NodeRunRecord[]): Promise<boolean>;
  /** Which of these executions are `started` under this lease; the others were ended or taken by somebody else. */
  findHeld(leaseId: number, executionIds: readonly string[]): Promise<Set<string>>;
  /**
   * Gives up a claim whose run cannot go on here, although its worker lives: the execution is then among the lost ones
   * at once. After an `outage` of what everybody needs it does not count as one more lost worker. Does nothing when the
   * claim is not held any more.
   */
  abandon(hold: ExecutionHold, why: 'fault' | 'outage'): Promise<void>;
  /**
   * Ends an open execution from outside, whoever runs it: pending visits get the ending, a sync sender's reply (500) is
   * stored, its dedup key is freed, the error workflow starts. `onlyIf`: only while the row has this status, attempt
   * and lease; without it, whatever it has while it is open.
   */
  endFromOutside(executionId: string, ending: OutsideEnding, onlyIf?: OutcomeToRecord['expected']): Promise<EndResult>;
  /** Batched. False when the compare failed: somebody else ended it, nothing was written. */
  recordOutcome(outcome: OutcomeToRecord): Promise<boolean>;
  /** How another execution stands; null when it does not exist. */
  findEnding(executionId: string): Promise<{ status: ExecutionStatus; output: Json; error: NodeError | null } | null>;
  /** Batched. The stored reply once the execution ended, else null. */
  findReply(executionId: string): Promise<StoredReplyState | null>;
  close(): Promise<void>;
}

/** Null reply with an ended status means an async execution or one deleted meanwhile. */
export interface StoredReplyState {
  status: ExecutionStatus;
  reply: Reply | null;
  /** Started, and waiting without a worker. */
  suspended: boolean;
}

// ---- dispatcher -----------------------------------------------------------------------------------------------

/** Started, and nobody runs it any more. */
export interface LostExecution {
  id: string;
  attempt: number;
  leaseId: number;
  workflowKey: string;
  /** Workers that vanished while they ran it, this one not counted. */
  lostWorkers: number;
  /** False when its worker lives and gave it up in an outage. */
  isCounted: boolean;
}

export interface DispatchStore {
  /** Queued for at least `olderThanMs` (database clock), ids above `after`, ascending, at most `limit`. */
  findQueued(olderThanMs: number, after: string | null, limit: number): Promise<QueuedExecution[]>;
  /** Started executions that were abandoned, or whose lease ran out at least `graceMs` ago, at most `limit`. */
  findLost(graceMs: number, limit: number): Promise<LostExecution[]>;
  /**
   * Compare-and-set `started -> queued`, fenced by attempt and lease; one more lost worker is counted. Null when
   * somebody else was first.
   */
  requeueLost(execution: Pick<LostExecution, 'id' | 'attempt' | 'leaseId'>): Promise<QueuedExecution | null>;
  /** Suspended executions whose time came become `queued` (compare-and-set, several workers may ask), at most `limit`. */
  resumeDue(limit: number): Promise<QueuedExecution[]>;
  /** A suspended execution that somebody woke becomes `queued`; null when it is not suspended, or not woken. */
  resumeWoken(executionId: string): Promise<QueuedExecution | null>;
  /** Open executions whose parent ended, is gone or gave them up, at most `limit`. */
  findOrphans(limit: number): Promise<string[]>;
  /** Open executions whose time limit passed; those a worker holds only `graceMs` later, for it ends them itself. */
  findExpired(graceMs: number, limit: number): Promise<string[]>;
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
  /** Type of its trigger, the same in all versions. */
  trigger: TriggerType;
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
  /** What its trigger is looked up by; absent or null for a webhook, which is found by its URL. */
  binding?: TriggerBinding | null;
  draft: boolean;
  /** ETag the caller saw; a mismatch is answered with `stale`. */
  ifMatch: string | null;
}

export type SaveResult =
  | { kind: 'created' | 'updated' | 'unchanged'; workflow: WorkflowRecord; version: VersionRecord }
  | { kind: 'mode_differs' | 'stale' | 'key_taken' }
  | { kind: 'trigger_differs'; type: string }
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
  /** The replay that started it; null for most. */
  replayId: string | null;
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
  /** Name of the secret that matched; null when none was asked for. */
  secretName: string | null;
  /** Milliseconds until it was answered; of accepted ones, until it was handed over to be made durable. */
  latencyMs: number | null;
}

export interface RequestDetail extends RequestRecord {
  rawHeaders: HeaderList | null;
  headers: Record<string, string> | null;
  /** The bytes as received. Null when the body was never read. */
  body: Buffer | null;
  content: ParsedContent | null;
}

export interface HistoryFilter {
  workflow?: string | undefined;
  status?: string | undefined;
  verdict?: string | undefined;
  /** Row of contract.md 3, and refusal code: of refused requests, unless `verdict` says otherwise. */
  gate?: number | undefined;
  reason?: string | undefined;
  deliveryId?: string | undefined;
  /** Inclusive; by the time in the id. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
  limit: number;
  cursor: string | null;
}

/** What is looked for request by request; every one that is given must hold. */
export interface ScanCriteria {
  /** Lower-case name; null: whatever its value. */
  header?: { name: string; value: string | null } | undefined;
  /**
   * In the JSON that was parsed, or received; `path` as templates write it. Null: anything, `null` too. Numbers, true,
   * false and null compare as written, text by itself; of a column any entry may fit.
   */
  json?: { path: readonly string[]; value: string | null } | undefined;
  /** Name of the secret that matched. */
  secret?: string | undefined;
  ip?: string | undefined;
}

/** Newest first inside a range of time. */
export interface RequestScan extends HistoryFilter, ScanCriteria {
  from: Date;
  to: Date;
}

export interface RequestScanPage extends Page<RequestRecord> {
  /** How far this call looked; `nextCursor` goes on from there. */
  scanned: {
    requests: number;
    /** Receipt of the oldest request that was looked at; null when there was none. */
    from: Date | null;
    /** True when the rest of the range was looked at. */
    complete: boolean;
  };
}

/** Refusals (and what could not be written down) of one workflow, by what refused them. */
export interface RefusalCount {
  workflowKey: string | null;
  gate: number;
  /** Refusal code; the verdict of what was no refusal and could not be written. */
  reason: string;
  /** All of them. */
  count: number;
  /** Those with a row in the log; the others were only counted. */
  logged: number;
}

export interface RefusalCounts {
  /** The most frequent first, at most 1,000. */
  items: RefusalCount[];
  /** False when there were more rows or items than were counted. */
  complete: boolean;
}

export type RetryResult =
  | { kind: 'created'; attempt: number; mode: 'async' | 'sync' }
  /** `open`: it has not ended. `no_request`: what it ran on was deleted. `no_version`: the workflow is archived. */
  | { kind: 'open' | 'unknown' | 'no_request' | 'no_version' };

export interface HistoryStore {
  listExecutions(filter: HistoryFilter): Promise<Page<ExecutionRecord>>;
  findExecution(id: string): Promise<ExecutionDetail | null>;
  listRequests(filter: HistoryFilter): Promise<Page<RequestRecord>>;
  findRequest(id: string): Promise<RequestDetail | null>;
  /** Bounded by rows, bytes and time: may find nothing and still have more to look at. */
  scanRequests(scan: RequestScan): Promise<RequestScanPage>;
  /** Those only counted by whole minutes: of every minute that begins in the range. */
  countRefusals(range: { workflow?: string | undefined; from: Date; to: Date }): Promise<RefusalCounts>;
  /** An execution by hand: its row and its context, committed. */
  createManual(execution: {
    id: string;
    workflowId: number;
    versionId: number;
    input: Json;
    replyTo: string;
  }): Promise<void>;
  /**
   * A new execution of what an ended one ran on, linked to it, committed as `queued`. `restored` are the visits that are
   * not made again; with any, it starts at attempt 1.
   */
  createRetry(retry: {
    id: string;
    of: string;
    versionId: 'same' | 'current';
    restored: readonly NodeRunRecord[];
  }): Promise<RetryResult>;
  /** Only ended executions. */
  deleteExecution(id: string): Promise<'deleted' | 'open' | 'unknown'>;
  /** `open`: an execution that has not ended needs it. */
  deleteRequest(id: string): Promise<'deleted' | 'open' | 'unknown'>;
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
  /** Keeps a value under a name that has none, in force or not; false, and nothing changed, when it has one. */
  putIfAbsent(name: string, value: string): Promise<boolean>;
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

// ---- maintenance ----------------------------------------------------------------------------------------------

export interface PruneOptions {
  /** HISTORY_RETENTION: what no workflow says otherwise about is kept this long. */
  retentionMs: number;
  /** Rows deleted by one statement. */
  batch: number;
  signal: AbortSignal;
}

export interface PruneResult {
  /** Executions, requests, dedup ids, refusal counts, in-app notifications and replays that were deleted one by one. */
  rows: number;
  /** Partitions that were dropped. */
  partitions: string[];
  /** Partitions that could be dropped but were too busy to be locked; the next call tries again. */
  postponed: string[];
}

export interface MaintenanceStore {
  /** Executions whose deletion is due (`deleteWhenEnded`), with all their parts, at most `limit`; how many there were. */
  deleteDue(limit: number): Promise<number>;
  /**
   * Deletes what is past its retention: by partition where a whole day is, in batches for workflows with a shorter
   * retention, expired dedup ids, refusal counts. Open executions and what they need stay. One process at a time;
   * returns null when another one is at it.
   */
  prune(options: PruneOptions): Promise<PruneResult | null>;
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
  channels: ChannelStore;
  notifications: NotificationStore;
  maintenance: MaintenanceStore;
  collections: CollectionStore;
  nodeTests: NodeTestStore;
  tasks: TaskStore;
  triggers: TriggerStore;
  schedules: ScheduleStore;
  replays: ReplayStore;
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
  /** CHUNK_SIZE: most async executions of one commit that are given one chunk id; 1 for none. */
  chunkSize: number;
}

/** The database is away, or a commit's outcome is unknown: try later. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** This one row cannot be stored whatever its neighbours do (bad data). */
export class RejectedRow extends Error {
  override readonly name = 'RejectedRow';
}
