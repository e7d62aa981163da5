export interface Throughput {
  /** Rows, jobs or requests. */
  done: number;
  /** How long they took. */
  seconds: number;
}
