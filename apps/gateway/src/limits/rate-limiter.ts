import type { SharedBuckets } from '#queue';
import type { Logger } from '#shared';
import { BucketSettler } from './bucket-settler.js';
import { CreditBucket, creditOf, type RateLimit } from './credit-bucket.js';
import { RecentMap } from './recent-map.js';

/** Senders choose their addresses: some 200 bytes each, 20 MB at the most. */
const MOST_BUCKETS = 100_000;
/** A healthy Redis answers in one or two milliseconds. */
const PATIENCE = 250;

export interface RateLimiterOptions {
  /** Closed by the limiter; null: this process counts for itself. */
  shared: SharedBuckets | null;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds, never going back. */
  now?: () => number;
  /** Milliseconds the shared buckets may take to answer before this process counts for itself. */
  patienceMs?: number;
}

/**
 * Rate limits that all gateways share, decided at once from what this one knows (decision 8). What is let through is
 * settled with the shared bucket behind the request: in any time t all gateways together let through at most
 * `burst + rate * t`, and each of them its credit ({@link creditOf}) besides. While Redis is away each counts for itself.
 */
export class RateLimiter {
  private readonly buckets = new RecentMap<CreditBucket>(MOST_BUCKETS);
  private readonly settler: BucketSettler | null;
  private readonly now: () => number;

  constructor({ shared, logger, now = () => performance.now(), patienceMs = PATIENCE }: RateLimiterOptions) {
    this.now = now;
    this.settler = shared && new BucketSettler(shared, logger, now, patienceMs);
  }

  /** @returns 0 when one more is within the limit, and counted; else after how many milliseconds to ask again */
  take(name: string, limit: RateLimit): number {
    const now = this.now();
    const bucket = this.bucketOf(name, limit, now);
    const tokens = bucket.refill(limit, now);
    const settler = this.settler?.isTaking ? this.settler : null;
    const isSpent = tokens >= 1 && hasCredit(bucket, settler);
    if (isSpent) bucket.spend(settler !== null);
    if (isSpent || now >= bucket.askAgainAt) settler?.list(bucket);
    return isSpent ? 0 : Math.max(1, bucket.waitMs);
  }

  /** Tells the shared buckets now what was spent. Never rejects. */
  async settle(): Promise<void> {
    await this.settler?.settle();
  }

  async close(): Promise<void> {
    await this.settler?.close();
  }

  private bucketOf(name: string, limit: RateLimit, now: number): CreditBucket {
    const known = this.buckets.get(name);
    if (known) return known;
    const bucket = new CreditBucket(name, limit, now);
    this.buckets.set(name, bucket);
    return bucket;
  }
}

/** Without an answer to come, what a bucket owes is no reason to refuse. */
function hasCredit(bucket: CreditBucket, settler: BucketSettler | null): boolean {
  return settler === null || settler.isAway || bucket.owed < creditOf(bucket.limit);
}
