/** A suspect gives up its place in line after this long: it holds a slot and its job while it waits. Milliseconds. */
const PATIENCE = 1_000;

/** Another suspect still runs in this worker; nothing was claimed, and any worker may try again. */
export class SuspectAhead extends Error {
  override readonly name = 'SuspectAhead';
}

/** One after the other: an execution that may be killing its workers takes no other suspect along. */
export class SuspectTurn {
  private isTaken = false;
  private readonly line: (() => void)[] = [];

  /**
   * Begins `run` when whoever asked before has settled, and settles as it does.
   * @throws SuspectAhead when that takes too long
   */
  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.isTaken) await this.wait();
    this.isTaken = true;
    try {
      return await run();
    } finally {
      const next = this.line.shift();
      if (next) next();
      else this.isTaken = false;
    }
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.line.splice(this.line.indexOf(begin), 1);
        reject(new SuspectAhead('Another execution that lost its workers runs here; they run one at a time.'));
      }, PATIENCE);
      this.line.push(begin);
    });
  }
}
