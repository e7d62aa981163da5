import { Redis, type RedisOptions } from 'ioredis';
import { reconnectDelay } from './reconnect-delay.js';

/**
 * A client whose commands fail at once while Redis is away (no offline queue, nothing resent) and after
 * `commandTimeoutMs` while it is frozen. It reconnects by itself.
 */
export function producerClient(url: string, commandTimeoutMs: number, overrides: RedisOptions = {}): Redis {
  return new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // 0 fails what was in flight at the first lost connection; null would wait for ever.
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    disconnectTimeout: commandTimeoutMs,
    keepAlive: 10_000,
    retryStrategy: reconnectDelay,
    ...overrides,
  });
}
