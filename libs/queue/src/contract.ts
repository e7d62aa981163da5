/** One execution in a job: ids and trace context, never the payload. */
export interface JobMember {
  executionId: string;
  /** Attempt that this job is for; a job for an older attempt does nothing. */
  attempt: number;
  /** W3C traceparent of the accepting request. */
  traceparent?: string;
  /** The id is that of the test of one node, not of an execution. */
  nodeTest?: true;
}

/** What a job carries: one execution, or the members of a chunk. */
export interface ExecutionJobData {
  members: JobMember[];
}

export interface ExecutionJob extends JobMember {
  /** Hex of the dedup id; null when the request had none, the execution id then stands in the job id. */
  dedupId: string | null;
  /** Sync callers wait: their jobs go before all others, first come, first served, and never in a chunk. */
  urgent: boolean;
  /** Neighbours of the same commit: handed over together they become one job. Null or absent: a job of its own. */
  chunk?: { id: string; size: number } | null;
}

/** `<dedup id>-<attempt>`, or the execution id in the dedup id's place. */
export function jobIdOf(job: Pick<ExecutionJob, 'dedupId' | 'executionId' | 'attempt'>): string {
  return `${job.dedupId ?? job.executionId}-${job.attempt}`;
}

/** Id of the job that carries a chunk. */
export function chunkJobId(chunkId: string): string {
  return `${chunkId}-chunk`;
}

/** Gateway, admin and dispatcher hand jobs over here. Adding a job that exists does nothing. */
export interface JobProducer {
  /** Batched. Rejects within the command timeout when the queue is away; nothing accepted is lost by that. */
  enqueue(job: ExecutionJob): Promise<void>;
  /** As `enqueue`, not before `delayMs` have passed; for an execution that could not run just now. */
  enqueueLater(job: ExecutionJob, delayMs: number): Promise<void>;
  /** Which of these job ids the queue does not hold (waiting, active or delayed). */
  findMissing(jobIds: readonly string[]): Promise<string[]>;
  /** Rejects within `timeoutMs` when the queue cannot answer. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** What the queue knows about this handing-out; the worker's `handle(data, delivery)` is given it. */
export interface JobDelivery {
  /** The job was handed out before and not settled (its worker stalled or vanished): BullMQ's stalled counter is above 0. */
  redelivered: boolean;
  /** When this run throws, the queue drops the job. */
  lastTry: boolean;
}

/** Runs executions handed out by the queue. */
export interface JobConsumer {
  /** Stops taking jobs and waits for the running executions, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Wakes waiters across processes. A message is only a wake-up bound to an execution: it may be lost, doubled or late;
 * the stored reply is the truth. It may bring a copy of that reply along, which spares the waiter the look-up. One
 * subscription per process, whatever the number of waiters.
 */
export interface ReplyChannel {
  /** Name under which other processes reach this one; unguessable, new at each start. */
  readonly instance: string;
  start(): Promise<void>;
  /**
   * Calls `wake` at each message for the execution, with the text it brought or null, until the returned function is
   * called.
   */
  listen(executionId: string, wake: (text: string | null) => void): () => void;
  /**
   * Tells `instance` that the execution ended. `text` travels along when the channel has room for it (64 KB on Redis,
   * less than 8,000 bytes on Postgres), else the message carries the id only. Never rejects: a lost message costs its
   * waiter a poll.
   */
  publish(instance: string, executionId: string, text?: string): Promise<void>;
  close(): Promise<void>;
}

/** What one process wants of one shared bucket. */
export interface BucketRequest {
  /** Name of the bucket, of any length and in any characters; equal names share. */
  bucket: string;
  /** Tokens that flow in per second; above 0. */
  rate: number;
  /** Most tokens the bucket holds, and what a new one holds; at least 1. */
  burst: number;
  /** Whole tokens wanted; 0 only looks. */
  want: number;
}

export interface BucketGrant {
  /** Whole tokens taken out: what was wanted, or all there were. */
  granted: number;
  /** What the bucket holds after that, in fractions of a token too. */
  left: number;
}

/** Token buckets that all processes share: never more than `burst + rate * t` tokens are granted in any time t. */
export interface SharedBuckets {
  /** One answer per request, in their order, in one round trip. Rejects within the command timeout when Redis is away. */
  take(requests: readonly BucketRequest[]): Promise<readonly BucketGrant[]>;
  close(): Promise<void>;
}

export interface QueueOptions {
  /** Null: queue and replies on Postgres. */
  redisUrl: string | null;
  databaseUrl: string;
  /** Key prefix (Redis) or schema name (Postgres); tests use one each. */
  prefix: string;
  /** Milliseconds before a command on an unresponsive queue is given up. */
  commandTimeoutMs: number;
  /** Milliseconds a job's lock lives without renewal; equal in every process. */
  lockMs: number;
}
