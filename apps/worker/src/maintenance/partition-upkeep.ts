import type { Logger } from '#shared';

/** Partitions exist a week ahead, so that a worker away for days costs nothing; four looks a day are plenty. */
const EVERY = 6 * 60 * 60 * 1_000;

/** Keeps partitions ahead of time while the worker runs. A fault is logged: the default partition catches the rows. */
export class PartitionUpkeep {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly keepPartitions: () => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.keep(), EVERY).unref();
    void this.keep();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private async keep(): Promise<void> {
    await this.keepPartitions().catch((error: unknown) => {
      this.logger.error({ err: error }, 'partitions could not be made ahead');
    });
  }
}
