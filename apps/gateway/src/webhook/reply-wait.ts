import type { ServerResponse } from 'node:http';
import type { ReplyChannel } from '#queue';
import type { Waiters } from './waiters.js';

/** Why a pause ended: a message for this execution, time, a drain, or the caller hung up. */
export type WakeCause = 'message' | 'time' | 'released' | 'gone';

/**
 * Everything that can end a pause of one waiting caller, registered before the execution is enqueued so that no message
 * is missed. To be closed once.
 */
export class ReplyWait {
  private hasMessage = false;
  private message: string | null = null;
  private ended: 'released' | 'gone' | null = null;
  private resume: ((cause: WakeCause) => void) | null = null;
  private readonly stops: (() => void)[];

  constructor(
    readonly executionId: string,
    channel: Pick<ReplyChannel, 'listen'>,
    waiters: Pick<Waiters, 'onRelease'>,
    response: ServerResponse,
  ) {
    const hangUp = () => this.end('gone');
    this.stops = [() => response.off('close', hangUp)];
    response.once('close', hangUp);
    if (response.destroyed) hangUp();
    this.stops.push(waiters.onRelease(() => this.end('released')));
    this.stops.push(channel.listen(executionId, (text) => this.wake(text)));
  }

  /** Waits for whatever comes first; what came since the last pause counts. */
  async pause(ms: number): Promise<WakeCause> {
    if (this.ended) return this.ended;
    if (this.hasMessage) {
      this.hasMessage = false;
      return 'message';
    }
    return new Promise<WakeCause>((resolve) => {
      const timer = setTimeout(() => this.resume?.('time'), ms);
      this.resume = (cause) => {
        clearTimeout(timer);
        this.resume = null;
        resolve(cause);
      };
    });
  }

  /** The text that the last message brought along, once. */
  takeText(): string | null {
    const text = this.message;
    this.message = null;
    return text;
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  private wake(text: string | null): void {
    this.message = text;
    if (this.resume) this.resume('message');
    else this.hasMessage = true;
  }

  private end(cause: 'released' | 'gone'): void {
    this.ended ??= cause;
    this.resume?.(cause);
  }
}
