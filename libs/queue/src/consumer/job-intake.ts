import type { ExecutionSlots } from './execution-slots.js';

interface Held {
  job: object;
  go(): void;
}

/**
 * Keeps BullMQ from taking more jobs than there are free slots. A BullMQ worker takes jobs in two ways: its loop while it
 * holds fewer than `limit`, and each job that ends while it holds no more than `limit`, in the same round trip. The loop
 * looks at the limit only when it starts and when a job in its hands ended. Therefore:
 *
 * - the limit is the jobs in its hands, and one more while a slot is free that no ending job will fill;
 * - a job that is done ends only when a slot is free for the one that BullMQ takes in its place. Ended earlier, a worker
 *   whose executions all outlived their jobs would hold no job, and take another at once (the limit is at least 1);
 *   ended then, it wakes the loop just when there is a slot to fill.
 *
 * No free slot stays idle for long: when one becomes free and no done job waits for it, every job in hand has a member
 * that runs and was not claimed yet. The first of them that ends or is claimed ends its job, at the latest after the
 * app's claim delay. Without a job in hand the loop is never asleep.
 */
export class JobIntake {
  /** Taken and not ended, those that wait to end included. */
  private inHand = 0;
  /** Being ended, each of which may bring its successor. */
  private readonly ending = new Set<object>();
  private readonly held: Held[] = [];
  private unlimited = false;

  constructor(
    private readonly slots: Pick<ExecutionSlots, 'free'>,
    private readonly setLimit: (jobs: number) => void,
  ) {}

  /** A job was taken, and its members have taken what slots they could. */
  enter(): void {
    this.inHand += 1;
    this.adjust();
  }

  /** A job leaves without bringing a successor. */
  leave(): void {
    this.inHand -= 1;
    this.adjust();
  }

  /** Resolves when the job may end; it counts as being ended until `ended`. */
  end(job: object): Promise<void> {
    return new Promise((go) => {
      this.held.push({ job, go });
      this.adjust();
    });
  }

  ended(job: object): void {
    if (this.ending.delete(job)) this.adjust();
  }

  /** A job could not be ended and BullMQ does not say which: none of them is waited for any more. */
  forgetEnding(): void {
    this.ending.clear();
    this.adjust();
  }

  /** From now on every job that is done ends at once: the worker takes no more. */
  stop(): void {
    this.unlimited = true;
    this.adjust();
  }

  /** To be called when a slot became free, too. */
  adjust(): void {
    while (this.held.length > 0 && this.hasRoom()) {
      const { job, go } = this.held.shift()!;
      this.inHand -= 1;
      this.ending.add(job);
      go();
    }
    this.setLimit(Math.max(1, this.inHand + this.ending.size + (this.hasRoom() ? 1 : 0)));
  }

  private hasRoom(): boolean {
    return this.unlimited || this.slots.free > this.ending.size;
  }
}
