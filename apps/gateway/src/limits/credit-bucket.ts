/** How much flows into a bucket, and how much it holds. */
export interface RateLimit {
  /** Tokens per second, above 0. */
  rate: number;
  /** Whole tokens, at least 1. */
  burst: number;
}

/** Up to this burst a whole one may be spent before the first answer: small limits are met exactly by one gateway. */
const SMALL_BURST = 10;
/** Seconds of the rate that may be spent between two answers, which are some 10 ms apart. */
const AHEAD = 0.05;

/** Most tokens that one gateway may have spent without the shared bucket knowing: a tenth of the burst or a little more. */
export function creditOf({ rate, burst }: RateLimit): number {
  return Math.max(Math.ceil(burst / 10), Math.min(burst, SMALL_BURST), Math.ceil(rate * AHEAD));
}

/**
 * One gateway's view of a bucket. Alone it is an exact token bucket; in front of a shared one it spends on credit what
 * the shared one held when it last answered, and owes what it spent until that one granted it.
 */
export class CreditBucket {
  /** Tokens spent and not yet granted by the shared bucket. */
  owed = 0;
  /** True while it waits to be settled. */
  isListed = false;
  /** Milliseconds on the clock before which asking again would bring nothing. */
  askAgainAt = 0;
  private tokens: number;
  private at: number;

  /** @param now milliseconds */
  constructor(
    readonly name: string,
    public limit: RateLimit,
    now: number,
  ) {
    this.tokens = limit.burst;
    this.at = now;
  }

  /** What may be spent at this moment, fractions included; below 0 while it owes more than there was. */
  refill(limit: RateLimit, now: number): number {
    this.limit = limit;
    const gained = (Math.max(0, now - this.at) * limit.rate) / 1_000;
    this.tokens = Math.min(limit.burst - this.owed, this.tokens + gained);
    this.at = now;
    return this.tokens;
  }

  /** Only after {@link refill} gave at least 1. */
  spend(onCredit: boolean): void {
    this.tokens -= 1;
    if (onCredit) this.owed += 1;
  }

  /** The shared bucket granted so much of what is owed, and has `left`: all that may be spent now, less what is owed. */
  settle(granted: number, left: number, now: number): void {
    this.owed -= granted;
    this.tokens = Math.min(left, this.limit.burst) - this.owed;
    this.at = now;
    this.askAgainAt = left >= 1 ? now : now + ((1 - left) / this.limit.rate) * 1_000;
  }

  /** Nobody was there to grant it: what is owed is forgotten, what was spent stays spent. */
  writeOff(): void {
    this.owed = 0;
  }

  /** Milliseconds until one token may be spent, by what is known now. */
  get waitMs(): number {
    return this.tokens >= 1 ? 0 : ((1 - this.tokens) / this.limit.rate) * 1_000;
  }
}
