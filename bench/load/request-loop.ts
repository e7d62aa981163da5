/** Decides which connection sends which request when. */
export interface RequestLoop {
  begin(): void;
  /** The request on this connection was answered. */
  freed(connection: number): void;
  /** Requests sent or due, and not answered yet. */
  waiting(): number;
  /** True when nothing will be sent any more and everything was answered. */
  ended(): boolean;
}

/**
 * Puts request `n` (from 0) on a connection.
 * @param startedAt performance.now() from which its latency counts
 */
export type SendRequest = (connection: number, n: number, startedAt: number) => void;
