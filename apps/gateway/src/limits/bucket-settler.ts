import type { SharedBuckets } from '#queue';
import type { Logger } from '#shared';
import { OncePer } from '../webhook/once-per.js';
import type { CreditBucket } from './credit-bucket.js';

/** Least time between two calls, so that many requests share one. Milliseconds. */
const SPACING = 10;
/** Buckets per call: Redis runs the script alone, and 250 cost it less than a millisecond. */
const MOST_PER_CALL = 250;
/** Time between two attempts to find Redis again. Milliseconds. */
const RETRY = 1_000;

/** Tells the shared buckets in the background what was spent; one call at a time, for all buckets that owe. */
export class BucketSettler {
  private listed: CreditBucket[] = [];
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private isLate = false;
  private answeredAt = -Infinity;
  private failedAt: number | null = null;
  private closed = false;
  private readonly quiet: OncePer;

  constructor(
    private readonly shared: SharedBuckets,
    private readonly logger: Pick<Logger, 'info' | 'warn'>,
    private readonly now: () => number,
    /** Milliseconds after which a call without an answer counts as an outage already. */
    private readonly patienceMs: number,
  ) {
    this.quiet = new OncePer(60_000, now);
  }

  /** False for a while after a failure: what is spent then is settled with nobody. */
  get isTaking(): boolean {
    return !this.closed && (this.failedAt === null || this.now() - this.failedAt >= RETRY);
  }

  /** True when no answer is to be expected soon, so that nobody's credit may end by the want of one. */
  get isAway(): boolean {
    return this.failedAt !== null || this.isLate;
  }

  /** Has the bucket settled soon, when it owes anything. */
  list(bucket: CreditBucket): void {
    if (bucket.isListed || bucket.owed === 0) return;
    bucket.isListed = true;
    this.listed.push(bucket);
    this.schedule();
  }

  /** Settles everything that is listed now. Never rejects. */
  async settle(): Promise<void> {
    await this.running;
    for (let left = this.listed.length; left > 0 && this.listed.length > 0; left -= MOST_PER_CALL) {
      await (this.running ??= this.run());
    }
  }

  /** A last settlement, so that a restart does not forgive what was spent; then no more. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    if (!this.isAway) await this.settle();
    await this.running;
    await this.shared.close();
  }

  private schedule(): void {
    if (this.timer || this.running || this.closed) return;
    const delay = Math.max(1, this.answeredAt + SPACING - this.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.running ??= this.run();
    }, delay).unref();
  }

  private async run(): Promise<void> {
    const batch = this.listed.splice(0, MOST_PER_CALL);
    for (const bucket of batch) bucket.isListed = false;
    // After a stall of our own, an answer that is there already is read before the verdict.
    const patience = setTimeout(() => setImmediate(() => (this.isLate = isOpen)), this.patienceMs).unref();
    let isOpen = true;
    try {
      const requests = batch.map(({ name, limit, owed }) => ({ bucket: name, ...limit, want: owed }));
      const grants = await this.shared.take(requests);
      this.answeredAt = this.now();
      batch.forEach((bucket, at) => bucket.settle(grants[at]!.granted, grants[at]!.left, this.answeredAt));
      if (this.failedAt !== null) this.logger.info('rate_limits_shared_again');
      this.failedAt = null;
    } catch (error) {
      this.fail(batch, error);
    } finally {
      clearTimeout(patience);
      this.isLate = isOpen = false;
      this.running = null;
      if (this.listed.length > 0) this.schedule();
    }
  }

  private fail(batch: readonly CreditBucket[], error: unknown): void {
    this.answeredAt = this.failedAt = this.now();
    for (const bucket of [...batch, ...this.listed.splice(0)]) {
      bucket.isListed = false;
      bucket.writeOff();
    }
    if (this.quiet.allows('outage')) this.logger.warn({ err: error }, 'rate_limits_local');
  }
}
