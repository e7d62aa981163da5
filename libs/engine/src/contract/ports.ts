import type { Json, JsonObject } from '#shared';
import type { NodeError, NodeRunRecord } from './node-run.js';
import type { ExecutionStatus } from './statuses.js';
import type { RecordFilter, Write } from './write.js';

/** The engine's needs. It does no I/O itself: the worker fills these, tests fill them with fakes from `#engine/testing`. */
export interface EnginePorts {
  script: ScriptRunner;
  http: HttpClient;
  evaluator: Evaluator;
  data: DataReader;
  mail: MailSender;
  notifications: NotificationSender;
  tasks: TaskReader;
  executions: ExecutionReader;
  journal: Journal;
  now(): Date;
}

export interface ScriptRequest {
  /** A function body: `return` gives the result, top-level `await` is allowed. */
  content: string;
  /** Globals by name; JSON values. `context` is always among them. */
  globals: Record<string, Json>;
  /** Milliseconds of wall time, already capped by SCRIPT_LIMITS. */
  timeoutMs: number;
  signal: AbortSignal;
}

export type ScriptResult =
  | { ok: true; result: Json; log: string }
  | {
      ok: false;
      /** `script_error`: it threw; the others name the limit it met. */
      code: 'script_error' | 'script_timeout' | 'script_memory' | 'script_output' | 'script_unsettled' | 'aborted';
      message: string;
      log: string;
    };

/** Runs user JavaScript in an isolate: fresh runtime a run, no I/O, memory, CPU, wall and output limits. Never throws. */
export interface ScriptRunner {
  run(request: ScriptRequest): Promise<ScriptResult>;
}

export interface HttpRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer | string | null;
  /** Milliseconds for the whole call, redirects included. */
  timeoutMs: number;
  signal: AbortSignal;
}

export type HttpResult =
  | { ok: true; status: number; statusText: string; headers: Record<string, string>; body: Buffer }
  | {
      ok: false;
      /**
       * `invalid_url`: the URL, method or a header cannot be sent. `blocked`: the SSRF guard refused, nothing was sent to
       * that hop. `connect`: no connection was made, nothing was sent to anyone.
       * The others leave it open whether the receiver acted.
       */
      code:
        'invalid_url' | 'blocked' | 'connect' | 'timeout' | 'aborted' | 'too_large' | 'too_many_redirects' | 'protocol';
      message: string;
      /** Of `connect`: no connection was made within the time of the call. */
      timedOut?: true;
    };

/** HTTP calls of nodes: SSRF guard, redirect, size and time limits. Any status is `ok`; never throws. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResult>;
}

/** An expression that may take long or grow: it is evaluated in a process that is ended at the deadline. */
export interface EvaluationRequest {
  engine: 'jmespath' | 'jsonpathplus' | 'jsonata' | 'math.js' | 'formula.js';
  expression: string;
  /** What json queries look into; for the others the values of the expression's names, by name. */
  source: Json;
  signal: AbortSignal;
}

export type EvaluationResult =
  | { ok: true; result: Json }
  | {
      ok: false;
      /** `expression_failed`: it threw; `expression_limit`: an engine refused it; the others name the limit it met. */
      code:
        | 'expression_syntax'
        | 'expression_failed'
        | 'expression_limit'
        | 'expression_timeout'
        | 'expression_memory'
        | 'expression_output'
        | 'aborted';
      message: string;
    };

/** Evaluates in a pool of processes under limits of time, memory and output. Never throws. */
export interface Evaluator {
  evaluate(request: EvaluationRequest): Promise<EvaluationResult>;
}

export interface RecordQuery {
  collection: string;
  filter: RecordFilter;
  /** Field names, `-name` for descending; the primary key decides last. */
  sort: readonly string[];
  /** From 1. */
  page: number;
  pageSize: number;
}

export interface RecordAggregation {
  collection: string;
  aggregator: 'count' | 'sum' | 'avg' | 'min' | 'max';
  /** Not needed to count records. */
  field: string | null;
  filter: RecordFilter;
  distinct: boolean;
}

export interface SqlCall {
  /** One statement; `:name` stands for a bound value. */
  sql: string;
  variables: Readonly<Record<string, Json>>;
  signal: AbortSignal;
}

/** Reads of collections, and the sql node's own login. Throws EngineError with the code of what is wrong. */
export interface DataReader {
  query(query: RecordQuery): Promise<JsonObject[]>;
  /** Null where the aggregate of no records is none. */
  aggregate(aggregation: RecordAggregation): Promise<number | string | null>;
  sql(call: SqlCall): Promise<JsonObject[]>;
}

/** An e-mail; addresses as `a@b.c` or `Name <a@b.c>`. */
export interface MailRequest {
  provider: { host: string; port: number; secure: boolean; auth: { user: string; pass: string } | null };
  from: string;
  to: readonly string[];
  cc: readonly string[];
  bcc: readonly string[];
  replyTo: string | null;
  subject: string;
  text: string | null;
  html: string | null;
  /** Of the visit: stays the same when it is tried again, and is part of the Message-ID. */
  messageKey: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * Outcome of one call to the outside world. `wasSent: false`: certainly nothing was delivered, so it may be tried again,
 * unless `permanent` says that it would be refused in the same way (a wrong password, an address nobody has).
 */
export type DeliveryResult =
  | { ok: true; result: JsonObject }
  | {
      ok: false;
      code: string;
      message: string;
      wasSent: boolean | 'unknown';
      retryAfterMs: number | null;
      permanent?: true;
    };

/** Sends by SMTP, under the SSRF guard. Never throws. */
export interface MailSender {
  send(request: MailRequest): Promise<DeliveryResult>;
}

export interface NotificationRequest {
  /** Name of a channel of `/api/v1/channels`. */
  channel: string;
  message: JsonObject;
  /** Of the visit: stays the same when it is tried again. */
  messageKey: string;
  signal: AbortSignal;
}

/** Looks a channel up and sends over it. Never throws; `unknown_channel` when there is none of that name. */
export interface NotificationSender {
  send(request: NotificationRequest): Promise<DeliveryResult>;
}

/** A task as it stands. */
export interface TaskState {
  assignee: string;
  status: 'open' | 'done' | 'closed';
  /** The last action: for an open task a draft that was saved. */
  action: string | null;
  values: Json;
  comment: string | null;
  /** ISO 8601 UTC. */
  submittedAt: string | null;
}

/** The tasks of a visit, in the order they were submitted, open ones last. */
export interface TaskReader {
  find(nodeRunId: string): Promise<readonly TaskState[]>;
}

/** How another execution stands; null when it does not exist (any more). */
export interface ExecutionReader {
  find(executionId: string): Promise<{ status: ExecutionStatus; output: Json; error: NodeError | null } | null>;
}

/** A write that the database or a rule refuses, such as a duplicate in a unique field: nothing was written. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';

  /** @param detail JSON to look at: `{field}` where one field is why */
  constructor(
    readonly code: string,
    message: string,
    readonly detail?: Json,
  ) {
    super(message);
  }
}

/**
 * Durable record around effects. Each entry holds every node run since the last one and resolves once it is committed
 * and this worker owns the execution; it rejects with {@link LostClaim} when another worker or an ending owns it, and
 * the loop then stops without a trace. Entries are asked for one after the other.
 */
export interface Journal {
  /** The last of `runs` is the visit that is about to act. */
  beforeEffect(runs: readonly NodeRunRecord[]): Promise<void>;
  /** Takes what is finished off the memory of a long run. */
  flush(runs: readonly NodeRunRecord[]): Promise<void>;
  /**
   * Lets go of the execution with its waiting visits recorded: it belongs to no worker until `resumeAt`, or until it is
   * woken (null: only then).
   */
  suspend(runs: readonly NodeRunRecord[], resumeAt: Date | null): Promise<void>;
  /**
   * The write and an entry with the runs that `finish` makes of its result, in one transaction. When `finish` throws,
   * nothing is written and its error comes out. Rejects with {@link WriteRefused}, or as the others do.
   */
  write(
    write: Write,
    visit: Pick<NodeRunRecord, 'id' | 'nodeKey'>,
    finish: (result: Json) => readonly NodeRunRecord[],
  ): Promise<void>;
}

/** The execution belongs to somebody else now: stop at once, write nothing. */
export class LostClaim extends Error {
  override readonly name = 'LostClaim';
}
