import { EngineError } from '#engine';
import type { Socket } from 'node:net';
import type pg from 'pg';

/** SQL_LIMITS. */
export interface SqlLimits {
  timeMs: number;
  rows: number;
  bytes: number;
}

/** The server ends a statement that takes too long; one that does not even answer is left after this. */
export const GRACE_MS = 1_000;

/** Cuts the connection of a call that is taken back, takes too long, or answers too much. */
export class CallGuard {
  /** Why the connection was cut; null while it was not. */
  reason: EngineError | null = null;
  private readonly socket: Socket;
  private readonly timer: NodeJS.Timeout;
  private bytes = 0;

  constructor(
    client: pg.PoolClient,
    private readonly limits: SqlLimits,
    private readonly signal: AbortSignal,
  ) {
    this.socket = (client as unknown as { connection: { stream: Socket } }).connection.stream;
    this.socket.on('data', this.count);
    signal.addEventListener('abort', this.abort, { once: true });
    if (signal.aborted) this.abort();
    this.timer = setTimeout(() => this.cut(new EngineError('sql_timeout', timedOut(limits))), limits.timeMs + GRACE_MS);
  }

  get isCut(): boolean {
    return this.reason !== null;
  }

  release(): void {
    clearTimeout(this.timer);
    this.socket.off('data', this.count);
    this.signal.removeEventListener('abort', this.abort);
  }

  private readonly abort = () => this.cut(aborted());

  private readonly count = (chunk: Buffer) => {
    this.bytes += chunk.length;
    const { bytes } = this.limits;
    if (this.bytes <= bytes) return;
    this.cut(new EngineError('sql_too_large', `The rows have more than ${bytes} bytes (SQL_LIMITS); select less.`));
  };

  private cut(reason: EngineError): void {
    this.reason ??= reason;
    this.socket.destroy();
  }
}

function timedOut({ timeMs }: SqlLimits): string {
  return `The statement took more than ${timeMs} ms (SQL_LIMITS).`;
}

export function aborted(): EngineError {
  return new EngineError('aborted', 'The execution was ended while the statement ran.');
}
