import type { DispatcherParts } from './dispatcher-parts.js';
import { endExpired } from './end-expired.js';
import { endOrphans } from './end-orphans.js';
import { enqueueStranded } from './enqueue-stranded.js';
import { recoverLost } from './recover-lost.js';
import { wakeDue } from './wake-due.js';

/** Pause between passes when there is nothing more to look at. Milliseconds. */
const PAUSE = 1_000;

/**
 * Feeds the queue with what was committed but is not in it (the gateway died between the two, or the queue lost its
 * memory), wakes what waited long enough, ends what passed its time limit, and recovers executions whose worker
 * vanished. Every worker runs one: each step is a compare-and-set, and a job added twice has one id.
 */
export class Dispatcher {
  private after: string | null = null;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly parts: DispatcherParts) {}

  start(): void {
    this.schedule(PAUSE);
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.pass().then((more) => this.schedule(more ? 0 : PAUSE));
    }, delayMs);
  }

  /**
   * One look at everything that is due, each in spite of the others' faults; true when the next look should follow at
   * once. Never rejects.
   */
  async pass(): Promise<boolean> {
    let goOn = false;
    const looks = [
      () => wakeDue(this.parts),
      () => recoverLost(this.parts),
      () => endExpired(this.parts),
      () => endOrphans(this.parts),
      async () => {
        const page = await enqueueStranded(this.parts, this.after);
        this.after = page.after;
        // A backlog that the queue holds is looked through at one page a pause: it loads neither Postgres nor Redis.
        goOn = page.after !== null && page.hasMissing;
      },
    ];
    const said = new Set<string>();
    for (const look of looks) await look().catch((error: unknown) => this.report(error, said));
    return goOn;
  }

  /** When the database is away all of them meet one fault: it is said once. */
  private report(error: unknown, said: Set<string>): void {
    const message = String(error);
    if (said.has(message)) return;
    said.add(message);
    this.parts.logger.warn({ err: error }, 'the dispatcher could not look; it tries again');
  }
}
