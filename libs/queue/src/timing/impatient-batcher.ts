import { Batcher } from '#shared';
import { QueueTimeout } from './within.js';

export interface ImpatientBatcherOptions<I> {
  /** Milliseconds before a caller is refused. */
  patienceMs: number;
  /** Names the work in the error, as in "Enqueueing a job was given up". */
  what: string;
  run(items: readonly I[]): Promise<void>;
  /** Batches under way at once; default 2. */
  maxInFlight?: number;
}

interface Waiting<I> {
  item: I;
  givenUp: boolean;
  reject(error: Error): void;
}

/** Callers of one turn of the event loop: they share a timer, which per caller would cost more than the batching. */
interface Turn<I> {
  open: Set<Waiting<I>>;
  over: boolean;
  timer: NodeJS.Timeout;
}

/**
 * A batcher whose callers are refused with {@link QueueTimeout} when their batch was not done in time. What was given up
 * before its batch left is left out of it, so that a frozen server does not pile up work behind itself.
 */
export class ImpatientBatcher<I> {
  private readonly batcher: Batcher<Waiting<I>, null>;
  private turn: Turn<I> | null = null;

  constructor(private readonly options: ImpatientBatcherOptions<I>) {
    this.batcher = new Batcher({
      run: (batch) => this.runLive(batch),
      ...(options.maxInFlight === undefined ? {} : { maxInFlight: options.maxInFlight }),
    });
  }

  /** Rejects with what `run` threw for this item's batch, with {@link QueueTimeout}, or after `close`. */
  add(item: I): Promise<void> {
    const turn = (this.turn ??= this.newTurn());
    return new Promise<void>((resolve, reject) => {
      const waiting: Waiting<I> = { item, givenUp: false, reject };
      turn.open.add(waiting);
      const leave = (): void => {
        turn.open.delete(waiting);
        disarmIfIdle(turn);
      };
      this.batcher.add(waiting).then(
        () => {
          leave();
          resolve();
        },
        (error: Error) => {
          leave();
          reject(error);
        },
      );
    });
  }

  /** Takes no more items and resolves when all taken ones are answered, however long that takes. */
  close(): Promise<void> {
    return this.batcher.close();
  }

  private newTurn(): Turn<I> {
    const turn: Turn<I> = { open: new Set(), over: false, timer: setTimeout(() => this.giveUp(turn), this.patienceMs) };
    setImmediate(() => {
      if (this.turn === turn) this.turn = null;
      turn.over = true;
      disarmIfIdle(turn);
    });
    return turn;
  }

  private get patienceMs(): number {
    return this.options.patienceMs;
  }

  private giveUp(turn: Turn<I>): void {
    const error = new QueueTimeout(`${this.options.what} was given up after ${this.patienceMs} ms.`);
    for (const waiting of turn.open) {
      waiting.givenUp = true;
      waiting.reject(error);
    }
  }

  private async runLive(batch: readonly Waiting<I>[]): Promise<null[]> {
    const live = batch.filter((waiting) => !waiting.givenUp);
    if (live.length > 0) await this.options.run(live.map((waiting) => waiting.item));
    return batch.map(() => null);
  }
}

function disarmIfIdle(turn: Turn<unknown>): void {
  if (turn.over && turn.open.size === 0) clearTimeout(turn.timer);
}
