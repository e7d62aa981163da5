/** How a run ended: with the worker's report, or with the worker. */
export type RunEnd<Report> =
  | { kind: 'report'; report: Report }
  /** The worker is gone, and the run with it. */
  | { kind: 'lost'; cause: LostCause; message: string };

export type LostCause = 'overdue' | 'aborted' | 'closed' | 'memory' | 'crash';

/** A thread or process of a pool: runs one job at a time until it is stopped or dies. */
export interface PooledWorker<Job, Report> {
  /** Settles when it can run jobs, or when it died before. */
  readonly ready: Promise<'ready' | Error>;
  readonly alive: boolean;
  /** Jobs given to it so far. */
  readonly runs: number;
  /** Never rejects. Only one run at a time. */
  run(job: Job): Promise<RunEnd<Report>>;
  /** Ends it; a run under way ends as lost. */
  stop(cause: LostCause, message: string): Promise<void>;
}

export interface WorkerPoolOptions<Job, Report, Outcome> {
  /** Workers, hence jobs at once. */
  size: number;
  /** Start the workers at once; else with the first job. */
  isWarm: boolean;
  /** What runs here, for messages: `script`. */
  what: string;
  start(): PooledWorker<Job, Report>;
  /** Whether a worker is replaced after this report. */
  isWorn(worker: PooledWorker<Job, Report>, report: Report): boolean;
  outcomeOf(end: RunEnd<Report>): Outcome;
}

/** Workers and the queue before them. First come, first served. */
export interface WorkerPool<Job, Outcome> {
  /** Never rejects. Waits for a free worker without limit; the job's own times start when it has one. */
  run(job: Job, signal: AbortSignal): Promise<Outcome>;
  /** Ends all workers; runs under way and waiting end as `aborted` or `closed`. */
  close(): Promise<void>;
}

interface Waiting<Job, Outcome> {
  job: Job;
  signal: AbortSignal;
  settle(outcome: Outcome): void;
}

/** Workers that died one after the other before they were ready: then it is not the job, and asking again is no use. */
const START_ATTEMPTS = 3;

export function createWorkerPool<Job, Report, Outcome>(
  options: WorkerPoolOptions<Job, Report, Outcome>,
): WorkerPool<Job, Outcome> {
  return new Pool(options);
}

class Pool<Job, Report, Outcome> implements WorkerPool<Job, Outcome> {
  readonly #options: WorkerPoolOptions<Job, Report, Outcome>;
  readonly #queue: Waiting<Job, Outcome>[] = [];
  readonly #idle: PooledWorker<Job, Report>[] = [];
  readonly #workers = new Set<PooledWorker<Job, Report>>();
  readonly #aborted: Outcome;
  readonly #closedMessage: string;
  #failedStarts = 0;
  #closed = false;

  constructor(options: WorkerPoolOptions<Job, Report, Outcome>) {
    this.#options = options;
    this.#aborted = options.outcomeOf({ kind: 'lost', cause: 'aborted', message: 'the run was aborted' });
    this.#closedMessage = `the ${options.what} runner is closed`;
    if (options.isWarm) this.#fill();
  }

  run(job: Job, signal: AbortSignal): Promise<Outcome> {
    if (this.#closed) return Promise.resolve(this.#closedOutcome());
    if (signal.aborted) return Promise.resolve(this.#aborted);
    return new Promise((resolve) => {
      enqueue(this.#queue, { job, signal, settle: resolve }, this.#aborted);
      if (this.#workers.size < this.#options.size) {
        this.#failedStarts = 0;
        this.#fill();
      }
      this.#feed();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.settle(this.#closedOutcome());
    await Promise.all([...this.#workers].map((worker) => worker.stop('closed', this.#closedMessage)));
  }

  #closedOutcome(): Outcome {
    return this.#options.outcomeOf({ kind: 'lost', cause: 'closed', message: this.#closedMessage });
  }

  #fill(): void {
    while (!this.#closed && this.#workers.size < this.#options.size) void this.#start();
  }

  async #start(): Promise<void> {
    const worker = this.#options.start();
    this.#workers.add(worker);
    const outcome = await worker.ready;
    if (outcome === 'ready') {
      this.#failedStarts = 0;
      this.#idle.push(worker);
      return this.#feed();
    }
    this.#workers.delete(worker);
    this.#failedStarts += 1;
    if (this.#failedStarts < START_ATTEMPTS) return this.#fill();
    const failure = this.#options.outcomeOf({ kind: 'lost', cause: 'crash', message: outcome.message });
    for (const waiting of this.#queue.splice(0)) waiting.settle(failure);
  }

  #feed(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop();
      if (worker === undefined) return;
      if (worker.alive) void this.#serve(worker, this.#queue.shift()!);
      else this.#retire(worker);
    }
  }

  async #serve(worker: PooledWorker<Job, Report>, { job, signal, settle }: Waiting<Job, Outcome>): Promise<void> {
    const abort = (): void => void worker.stop('aborted', 'the run was aborted');
    signal.addEventListener('abort', abort, { once: true });
    const end = await worker.run(job);
    signal.removeEventListener('abort', abort);
    settle(this.#options.outcomeOf(end));
    if (end.kind === 'lost' || this.#options.isWorn(worker, end.report)) return this.#retire(worker);
    this.#idle.push(worker);
    this.#feed();
  }

  #retire(worker: PooledWorker<Job, Report>): void {
    this.#workers.delete(worker);
    void worker.stop('closed', 'it was replaced');
    this.#fill();
  }
}

/** An abort takes a waiting run out of the queue at once. */
function enqueue<Job, Outcome>(
  queue: Waiting<Job, Outcome>[],
  { job, signal, settle }: Waiting<Job, Outcome>,
  aborted: Outcome,
): void {
  const entry: Waiting<Job, Outcome> = {
    job,
    signal,
    settle(outcome) {
      signal.removeEventListener('abort', leave);
      settle(outcome);
    },
  };
  const leave = (): void => {
    const at = queue.indexOf(entry);
    if (at === -1) return;
    queue.splice(at, 1);
    entry.settle(aborted);
  };
  signal.addEventListener('abort', leave, { once: true });
  queue.push(entry);
}
