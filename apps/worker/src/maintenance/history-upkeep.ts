import type { Logger } from '#shared';
import type { MaintenanceStore } from '#storage';

/** Pause between passes over what is past its retention; the first comes after {@link FIRST_PRUNE}. Milliseconds. */
const PRUNE_EVERY = 10 * 60_000;
/** A worker that just started has better things to do. Milliseconds. */
const FIRST_PRUNE = 60_000;
/** Pause between looks for executions that are to be deleted. Milliseconds. */
const DELETE_EVERY = 1_000;
/** Rows of one statement: a few milliseconds of locks. */
const BATCH = 500;

/**
 * Deletes what is past its retention, and what a workflow wants deleted when it ends. Every worker runs one: storage
 * lets one prune at a time. A fault is logged when it comes and when it goes, and tried again at the next turn.
 */
export class HistoryUpkeep {
  private readonly stopping = new AbortController();
  private readonly pruning: Round;
  private readonly deleting: Round;

  constructor(
    private readonly maintenance: MaintenanceStore,
    private readonly options: { retentionMs: number },
    private readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>,
  ) {
    this.pruning = new Round('past history could not be deleted', () => this.prune(), PRUNE_EVERY, logger);
    this.deleting = new Round('ended executions could not be deleted', () => this.deleteDue(), DELETE_EVERY, logger);
  }

  start(): void {
    this.pruning.start(FIRST_PRUNE);
    this.deleting.start(DELETE_EVERY);
  }

  /** Resolves when the statements under way are through: within ten seconds, however the database does. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.pruning.stop(), this.deleting.stop()]);
  }

  private async prune(): Promise<void> {
    const { signal } = this.stopping;
    const pruned = await this.maintenance.prune({ retentionMs: this.options.retentionMs, batch: BATCH, signal });
    if (pruned === null) return;
    const { rows, partitions, postponed } = pruned;
    if (rows > 0 || partitions.length > 0) this.logger.info({ rows, partitions }, 'deleted past history');
    if (postponed.length > 0)
      this.logger.warn({ partitions: postponed }, 'past partitions were too busy to be dropped');
  }

  private async deleteDue(): Promise<void> {
    let deleted = BATCH;
    while (deleted === BATCH && !this.stopping.signal.aborted) deleted = await this.maintenance.deleteDue(BATCH);
  }
}

/** Something done again and again, with a pause after it. */
class Round {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private faulty = false;

  constructor(
    private readonly fault: string,
    private readonly act: () => Promise<void>,
    private readonly pauseMs: number,
    private readonly logger: Pick<Logger, 'info' | 'error'>,
  ) {}

  start(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.turn().then(() => this.start(this.pauseMs));
    }, afterMs).unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      await this.act();
      if (this.faulty) this.logger.info(`${this.fault}: over`);
      this.faulty = false;
    } catch (error) {
      if (!this.faulty) this.logger.error({ err: error }, this.fault);
      this.faulty = true;
    }
  }
}
