import { addressBlock } from './address-block.js';
import { RecentMap } from './recent-map.js';

const MOST_SENDERS = 100_000;

/**
 * How often one source address may fail to authenticate on one workflow: `count` times within `per` milliseconds, which
 * begin with the first failure. A window and not a bucket, so that the count is exact; local, because guessing is already
 * hopeless at any number of gateways and this only spares their CPUs. A success gives nothing back: one valid secret
 * must not buy guesses at another.
 */
export class FailureBudget {
  private readonly senders = new RecentMap<{ failures: number; until: number }>(MOST_SENDERS);

  constructor(
    private readonly limit: { count: number; per: number },
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Milliseconds until this address may try again; 0 when it may now. */
  waitMs(workflowId: number, ip: string): number {
    if (this.senders.size === 0) return 0;
    const sender = this.senders.get(keyOf(workflowId, ip));
    if (!sender || sender.failures < this.limit.count) return 0;
    return Math.max(0, sender.until - this.now());
  }

  /** One wrong credential or signature. */
  burn(workflowId: number, ip: string): void {
    const key = keyOf(workflowId, ip);
    const now = this.now();
    const sender = this.senders.get(key);
    if (sender && sender.until > now) sender.failures += 1;
    else this.senders.set(key, { failures: 1, until: now + this.limit.per });
  }
}

function keyOf(workflowId: number, ip: string): string {
  return `${workflowId} ${addressBlock(ip)}`;
}
