import type { RedisOptions } from 'bullmq';
import type { QueueOptions } from '../../contract.js';
import { reconnectDelay } from './reconnect-delay.js';

/** BullMQ blocks for at most 10 s, so three times that without a byte is a dead peer. */
const SILENCE_MS = 30_000;

/** A worker's commands wait for Redis to return (BullMQ demands null retries on blocking connections). */
export function workerConnection(options: QueueOptions): RedisOptions {
  return {
    url: options.redisUrl ?? undefined,
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    keepAlive: 10_000,
    retryStrategy: reconnectDelay,
  } as RedisOptions;
}
