import type { Redis } from 'ioredis';
import type { QueueProbe } from '../queue-probe.js';

/**
 * Asks over the producer's own client. A settled job is removed with its hash, so the hash is there exactly while the
 * job is waiting, active or delayed.
 */
export class RedisProbe implements QueueProbe {
  constructor(
    private readonly client: Redis,
    /** `<prefix>:<queue>` as BullMQ builds its keys. */
    private readonly keyPrefix: string,
  ) {}

  async findMissing(jobIds: readonly string[]): Promise<string[]> {
    const pipeline = this.client.pipeline();
    for (const id of jobIds) pipeline.exists(`${this.keyPrefix}:${id}`);
    const answers = (await pipeline.exec()) ?? [];
    return jobIds.filter((_, index) => {
      const [error, exists] = answers[index] ?? [new Error('Redis left an answer out.')];
      if (error) throw error;
      return exists === 0;
    });
  }

  async ping(): Promise<void> {
    await this.client.ping();
  }

  onRefusal(error: unknown): void {
    // A host that vanished without closing its connections would keep the client silent until TCP gives up: 15 minutes.
    const silent = error instanceof Error && error.message === 'Command timed out';
    if (silent && this.client.status === 'ready') this.client.disconnect(true);
  }

  async close(): Promise<void> {
    this.client.disconnect();
  }
}
