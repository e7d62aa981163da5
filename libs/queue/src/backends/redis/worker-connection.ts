import type { RedisOptions } from 'bullmq';
import type { QueueOptions } from '../../contract.js';
import { reconnectDelay } from './reconnect-delay.js';

/** A worker's commands wait for Redis to return (BullMQ demands null retries on blocking connections). */
export function workerConnection(options: QueueOptions): RedisOptions {
  return {
    url: options.redisUrl ?? undefined,
    maxRetriesPerRequest: null,
    disconnectTimeout: options.commandTimeoutMs,
    keepAlive: 10_000,
    retryStrategy: reconnectDelay,
  } as RedisOptions;
}
