export interface BatcherOptions<I, O> {
  /** Does the whole batch in one act; answers in the order of the items. */
  run(items: readonly I[]): Promise<readonly O[]>;
  /** Most items in one batch. 500 brought nothing over 100 when measured on Postgres inserts. */
  maxItems?: number;
  /** Most bytes in one batch, by `sizeOf`. */
  maxBytes?: number;
  /** An item above this size travels alone, so that it delays nobody. */
  aloneBytes?: number;
  sizeOf?(item: I): number;
  /** Batches under way at once; what arrives meanwhile forms the next. */
  maxInFlight?: number;
  /** True when an error blames one item's data: the batch is then split until the guilty item alone gets its error. */
  isItemFault?(error: unknown): boolean;
}

interface Waiting<I, O> {
  item: I;
  resolve(value: O): void;
  reject(error: unknown): void;
}

/**
 * Shares one act (a commit, a query, a queue command) among many callers. A batch leaves at once while fewer than
 * `maxInFlight` are under way: a timer was measured to add delay and no throughput.
 */
export class Batcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private inFlight = 0;
  private closed = false;
  private scheduled = false;
  private readonly idle: (() => void)[] = [];
  private readonly options: Required<BatcherOptions<I, O>>;

  constructor(options: BatcherOptions<I, O>) {
    this.options = {
      maxItems: 100,
      maxBytes: 1024 * 1024,
      aloneBytes: Infinity,
      sizeOf: () => 0,
      maxInFlight: 2,
      isItemFault: () => false,
      ...options,
    };
  }

  /** Items not handed to `run` yet. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Rejects with what `run` threw for this item's batch, or when the batcher was closed. */
  add(item: I): Promise<O> {
    if (this.closed) return Promise.reject(new Error('This batcher is closed.'));
    return new Promise<O>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Takes no more items and resolves when all taken ones are answered. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.inFlight === 0 && this.waiting.length === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /**
   * Patience until the end of this turn of the event loop: requests that arrive together, and members of one chunk, then
   * share the batch instead of sending the first one alone. An idle process waits for nothing.
   */
  private schedule(): void {
    if (this.scheduled || this.inFlight >= this.options.maxInFlight) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.waiting.length > 0 && this.inFlight < this.options.maxInFlight) void this.flush(this.take());
    });
  }

  private take(): Waiting<I, O>[] {
    const { maxItems, maxBytes, aloneBytes, sizeOf } = this.options;
    let count = 0;
    let bytes = 0;
    for (const { item } of this.waiting) {
      const size = sizeOf(item);
      if (count > 0 && (count >= maxItems || bytes + size > maxBytes || size > aloneBytes)) break;
      count += 1;
      bytes += size;
      if (size > aloneBytes) break;
    }
    return this.waiting.splice(0, count);
  }

  private async flush(batch: Waiting<I, O>[]): Promise<void> {
    this.inFlight += 1;
    try {
      await this.runSplitting(batch);
    } finally {
      this.inFlight -= 1;
      if (this.waiting.length > 0) this.schedule();
      else if (this.inFlight === 0) for (const done of this.idle.splice(0)) done();
    }
  }

  private async runSplitting(batch: Waiting<I, O>[]): Promise<void> {
    try {
      const results = await this.options.run(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, index) => waiting.resolve(results[index]!));
    } catch (error) {
      if (batch.length === 1 || !this.options.isItemFault(error)) {
        for (const waiting of batch) waiting.reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.runSplitting(batch.slice(0, middle));
      await this.runSplitting(batch.slice(middle));
    }
  }
}
