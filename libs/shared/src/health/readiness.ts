/** One thing a process needs to do its work; rejects, with words, when it is not there. */
export type ReadinessCheck = () => Promise<void>;

export interface ReadinessReport {
  ready: boolean;
  /** `ok`, or what is wrong, by name of the check. */
  checks: Record<string, string>;
}

/** Answers are shared for this long, so that probes cost the same however many ask. Milliseconds. */
const SHARED_FOR = 1_000;

/** Whether a process can do its work. Red from the moment it drains. */
export class Readiness {
  private draining = false;
  private last: { at: number; report: Promise<ReadinessReport> } | null = null;

  constructor(private readonly checks: Readonly<Record<string, ReadinessCheck>>) {}

  drain(): void {
    this.draining = true;
  }

  async report(): Promise<ReadinessReport> {
    if (this.draining) return { ready: false, checks: { process: 'draining' } };
    if (!this.last || performance.now() - this.last.at > SHARED_FOR) {
      this.last = { at: performance.now(), report: this.ask() };
    }
    return this.last.report;
  }

  private async ask(): Promise<ReadinessReport> {
    const entries = await Promise.all(
      Object.entries(this.checks).map(async ([name, check]) => {
        try {
          await check();
          return [name, 'ok'] as const;
        } catch (error) {
          return [name, error instanceof Error ? error.message : String(error)] as const;
        }
      }),
    );
    return { ready: entries.every(([, state]) => state === 'ok'), checks: Object.fromEntries(entries) };
  }
}
