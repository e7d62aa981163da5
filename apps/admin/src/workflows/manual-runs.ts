import { newId, type Json } from '#shared';
import type { HistoryStore } from '#storage';
import type { AwaitedRunOptions, AwaitedRuns } from './awaited-runs.js';

export interface ManualRun {
  workflowId: number;
  versionId: number;
  input: Json;
}

/** How people who try something out are kept waiting. */
export interface ManualRunOptions extends AwaitedRunOptions {
  /** Longest wait for the ending or a suspension, milliseconds. */
  waitMs: number;
}

/** Runs workflows by hand, on a worker. */
export class ManualRuns {
  /** @param waitMs longest wait for the ending or a suspension, milliseconds */
  constructor(
    private readonly history: Pick<HistoryStore, 'createManual'>,
    private readonly runs: AwaitedRuns,
    private readonly waitMs: number,
  ) {}

  /** Resolves with the execution's id once it ended or waits without a worker, or after the longest wait. */
  async run(run: ManualRun): Promise<string> {
    const id = newId();
    await this.runs.run(id, this.waitMs, 'suspended', (replyTo) => this.history.createManual({ id, ...run, replyTo }));
    return id;
  }
}
