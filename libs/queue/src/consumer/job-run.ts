import type { JobDelivery, JobMember } from '../contract.js';
import { retryDelayMs } from '../producer/job-policy.js';
import type { ExecutionSlots } from './execution-slots.js';

/**
 * A member that found no slot for so long goes to another worker: much longer than what is normally ahead of it in line,
 * much shorter than what a sender or a person notices.
 */
export const HAND_ON_AFTER_MS = 1000;

/** What a run of a job asks of the host. */
export interface MemberHandler {
  handle(member: JobMember, delivery: JobDelivery, claimed: () => void): Promise<void>;
  /** Makes the member a job of its own, for any worker. */
  handOn(member: JobMember, delayMs: number): Promise<void>;
  onQueueError(error: Error): void;
}

/** `back`: the one execution got no slot, so the job itself returns to the queue. */
export type JobEnd = { kind: 'done' } | { kind: 'failed'; error: unknown } | { kind: 'back' };

/**
 * One job in this worker: each member waits for a slot and runs in it. Over for the queue when every member has ended,
 * was claimed (its lease recovers it from then on), or went on as a job of its own.
 */
export class JobRun {
  /** Never rejects. */
  readonly end: Promise<JobEnd>;
  private readonly waiting = new Map<JobMember, () => void>();
  private readonly alone: boolean;
  private readonly timer: NodeJS.Timeout | undefined;
  private open: number;
  private finish!: (end: JobEnd) => void;

  constructor(
    members: readonly JobMember[],
    private readonly delivery: JobDelivery,
    private readonly slots: Pick<ExecutionSlots, 'take' | 'release'>,
    private readonly host: MemberHandler,
  ) {
    this.alone = members.length === 1;
    this.open = members.length;
    this.end = new Promise((resolve) => (this.finish = resolve));
    for (const member of members) this.enqueue(member);
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.handOnWaiting(), HAND_ON_AFTER_MS);
  }

  /** Members that wait for a slot wait no longer. */
  handOnWaiting(): void {
    const waiting = this.leaveLine();
    if (waiting.length === 0) return;
    if (this.alone) this.over({ kind: 'back' });
    else for (const member of waiting) void this.handOn(member, 0);
  }

  /** Members that wait for a slot are left to whoever is given this job after us. */
  abandon(): void {
    this.leaveLine();
  }

  private enqueue(member: JobMember): void {
    const leave = this.slots.take(() => {
      this.waiting.delete(member);
      void this.run(member);
    });
    if (leave !== null) this.waiting.set(member, leave);
  }

  private leaveLine(): JobMember[] {
    clearTimeout(this.timer);
    const members = [...this.waiting.keys()];
    for (const leave of this.waiting.values()) leave();
    this.waiting.clear();
    return members;
  }

  private async run(member: JobMember): Promise<void> {
    let isOff = false;
    const off = (): void => {
      if (isOff) return;
      isOff = true;
      this.memberIsOff();
    };
    try {
      await this.host.handle(member, this.delivery, off);
    } catch (error) {
      this.slots.release();
      if (isOff) this.host.onQueueError(error as Error);
      else if (this.alone) this.over({ kind: 'failed', error });
      else await this.handOn(member, retryDelayMs(1));
      return;
    }
    this.slots.release();
    off();
  }

  /** A member that cannot even be handed on is found by the dispatcher. */
  private async handOn(member: JobMember, delayMs: number): Promise<void> {
    await this.host.handOn(member, delayMs).catch((error: Error) => this.host.onQueueError(error));
    this.memberIsOff();
  }

  private memberIsOff(): void {
    this.open -= 1;
    if (this.open === 0) this.over({ kind: 'done' });
  }

  private over(end: JobEnd): void {
    clearTimeout(this.timer);
    this.finish(end);
  }
}
