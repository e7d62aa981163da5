import type { PoolConfig } from 'pg';
import type { QueueOptions } from '../../contract.js';

/**
 * Producers give a command up on their own clock; the connection may answer somewhat later. The first connection must:
 * BullMQ never repeats a failed one.
 */
const PRODUCER_TIMEOUTS = 5;

/** Connections per BullMQ object; a worker needs more to settle jobs side by side. */
const POOL = { producer: 2, worker: 4 };

/**
 * Pool of one BullMQ object, its search path set to the queue's schema by BullMQ. Idle connections close after 10 s;
 * only a worker's LISTEN connection stays. A worker may wait for as long as its jobs are locked: after that another one
 * has them anyway.
 */
export function postgresConnection(
  options: QueueOptions,
  role: 'producer' | 'worker',
): PoolConfig & { schema: string } {
  const patience =
    role === 'producer'
      ? options.commandTimeoutMs * PRODUCER_TIMEOUTS
      : Math.max(options.commandTimeoutMs, options.lockMs);
  return {
    connectionString: options.databaseUrl,
    schema: options.prefix,
    max: POOL[role],
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    keepAlive: true,
  };
}
