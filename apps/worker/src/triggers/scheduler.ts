import { fireSchedules, type ScheduleParts } from './fire-schedules.js';

/** Between two looks: how late a schedule may fire. Milliseconds. */
const PAUSE = 1_000;

/**
 * Looks at the schedules once a second. Every worker runs one: each time is fired by a compare-and-set, so any number
 * may. Apart from the dispatcher, whose passes take longer the longer the backlog is.
 */
export class Scheduler {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private away = false;

  constructor(private readonly parts: ScheduleParts) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.look().then(() => this.start());
    }, PAUSE);
  }

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /** One look; never rejects. An outage is said once. */
  async look(): Promise<void> {
    try {
      await fireSchedules(this.parts);
      this.away = false;
    } catch (error) {
      if (!this.away) this.parts.logger.warn({ err: error }, 'the schedules could not be looked at; tried again');
      this.away = true;
    }
  }
}
