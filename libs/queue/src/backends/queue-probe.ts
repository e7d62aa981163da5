/** Questions about a queue that BullMQ answers only one job at a time. */
export interface QueueProbe {
  /** Of these job ids, those that are neither waiting nor active nor delayed; in the order given, one round trip. */
  findMissing(jobIds: readonly string[]): Promise<string[]>;
  ping(): Promise<void>;
  /** Hears that a command was refused: a connection that no longer answers is dropped and made anew. */
  onRefusal(error: unknown): void;
  close(): Promise<void>;
}
