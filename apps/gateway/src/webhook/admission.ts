import type { DispatchStore } from '#storage';

export interface AdmissionOptions {
  dispatch: Pick<DispatchStore, 'countQueued'>;
  highWater: number;
  /** Milliseconds between two counts. */
  everyMs: number;
}

/** What gate 1 asks, kept up to date in the background so that asking costs nothing. */
export class Admission {
  private overloaded = false;
  private draining = false;
  private timer: NodeJS.Timeout | null = null;
  private counting: Promise<void> | null = null;

  constructor(private readonly options: AdmissionOptions) {}

  get isDraining(): boolean {
    return this.draining;
  }

  get isOverloaded(): boolean {
    return this.overloaded;
  }

  async start(): Promise<void> {
    await this.count();
    this.timer = setInterval(() => (this.counting ??= this.count()), this.options.everyMs);
  }

  /** From now on nothing is let in. */
  drain(): void {
    this.draining = true;
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.counting;
  }

  private async count(): Promise<void> {
    const { dispatch, highWater } = this.options;
    try {
      this.overloaded = (await dispatch.countQueued(highWater + 1)) > highWater;
    } catch {
      // The database is away: accepting fails with its own words, the last count stays.
    } finally {
      this.counting = null;
    }
  }
}
