import type { JobProducer } from '#queue';
import type { Logger } from '#shared';
import type { DispatchStore, PumpResult, ReplayDecider, ReplayStore } from '#storage';
import { enqueueAll } from '../dispatch/enqueue-all.js';
import { toJob } from '../dispatch/to-job.js';

/** What a pump asks and acts on. */
export interface ReplayPumpParts {
  replays: Pick<ReplayStore, 'pump'>;
  dispatch: Pick<DispatchStore, 'countQueued'>;
  producer: Pick<JobProducer, 'enqueue'>;
  decider: ReplayDecider;
  /** Waiting executions above which replays stand still: senders go before them. */
  backlogLimit: number;
  logger: Logger;
}

/** Between two looks when nothing is due. Milliseconds. */
const PAUSE = 1_000;

/** Members of one transaction: some milliseconds, which whoever cancels waits for. */
const BATCH = 100;

/**
 * Carries replays on, batch after batch, at the rate of each. Every worker runs one: storage lets one of them have a
 * replay at a time, and a batch happens whole or not at all.
 */
export class ReplayPump {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private away = false;
  private backlogSeenAt = -Infinity;

  constructor(private readonly parts: ReplayPumpParts) {}

  start(): void {
    this.schedule(PAUSE);
  }

  /** Ends after the batch under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.look().then((next) => this.schedule(next));
    }, delayMs);
  }

  /** One batch at most; milliseconds until the next look. Never rejects; an outage is said once. */
  async look(): Promise<number> {
    try {
      if (await this.isCrowded()) return PAUSE;
      const result = await this.parts.replays.pump(BATCH, this.parts.decider);
      this.away = false;
      return await this.settle(result);
    } catch (error) {
      if (!this.away) this.parts.logger.warn({ err: error }, 'a replay could not be carried on; tried again');
      this.away = true;
      return PAUSE;
    }
  }

  private async settle(result: PumpResult): Promise<number> {
    if (result.kind === 'idle') {
      return result.dueInMs === null ? PAUSE : Math.min(PAUSE, Math.max(0, Math.ceil(result.dueInMs)));
    }
    const { replayId, started, ended } = result;
    // Nobody waits for the reply of a sync workflow: senders go before.
    const jobs = started.map((execution) => ({ ...toJob(execution), urgent: false }));
    await enqueueAll(this.parts.producer, jobs, this.parts.logger);
    if (ended) this.parts.logger.info({ replayId }, 'a replay is done');
    return 0;
  }

  /** Counted at most once a second, whatever the rate. */
  private async isCrowded(): Promise<boolean> {
    const { dispatch, backlogLimit } = this.parts;
    if (performance.now() - this.backlogSeenAt < PAUSE) return false;
    const isCrowded = (await dispatch.countQueued(backlogLimit + 1)) > backlogLimit;
    if (!isCrowded) this.backlogSeenAt = performance.now();
    return isCrowded;
  }
}
