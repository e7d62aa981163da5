type Stopper = (hurry: boolean) => Promise<void> | void;

/** Ends what was started, newest first; things that come up while stopping are ended at once. */
export interface Shutdown {
  /** Aborted as soon as stopping begins: steps of the start look at it. */
  readonly signal: AbortSignal;
  add(stopper: Stopper): void;
  /** Safe to call again: `hurry` then also reaches what is being stopped. */
  stop(hurry?: boolean): Promise<void>;
}

/** @param report gets the error of a stopper that failed; the others are still called */
export function createShutdown(report: (error: unknown) => void): Shutdown {
  const abort = new AbortController();
  const stoppers: Stopper[] = [];
  let hurried = false;
  let current: Stopper | null = null;
  let running: Promise<void> | null = null;

  const call = async (stopper: Stopper) => {
    current = stopper;
    try {
      await stopper(hurried);
    } catch (error) {
      report(error);
    }
    current = null;
  };
  const drain = async () => {
    for (let next = stoppers.pop(); next; next = stoppers.pop()) await call(next);
  };
  const begin = () => (running ??= drain().finally(() => (running = null)));

  return {
    signal: abort.signal,
    add(stopper) {
      stoppers.push(stopper);
      if (abort.signal.aborted) void begin();
    },
    async stop(hurry = false) {
      if (!abort.signal.aborted) abort.abort(new Error('stopping'));
      if (hurry && !hurried) {
        hurried = true;
        void current?.(true);
      }
      await begin();
    },
  };
}
