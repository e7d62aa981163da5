/** An execution that waits for a worker, as the queue needs to know it. */
export interface QueuedExecution {
  id: string;
  attempt: number;
  mode: 'async' | 'sync';
  /**
   * For the job id. Null without a delivery id, and when the key was taken over from an earlier execution: that one's
   * job may still be in the queue under the key.
   */
  dedupId: Buffer | null;
  /** The chunk it was accepted in; its job may hold the execution. Null when there is none, or it ran before. */
  chunkId: string | null;
}
