import type { WorkerOptions } from 'bullmq';
import { queueConnectionOptions } from '../backends/queue-connection-options.js';
import type { QueueOptions } from '../contract.js';
import { retryDelayMs } from '../producer/job-policy.js';

/**
 * Redelivery never ends here: how many lost workers an execution survives is decided in Postgres, which can say why.
 * Fits the 32-bit integer of the Postgres backend.
 */
const MOST_STALLS = 1_000_000;
/** A lost job is found when its lock ran out and two checks saw it; a third of the lock keeps that below twice the lock. */
const CHECKS_PER_LOCK = 3;
const SHORTEST_CHECK_MS = 100;
/** After a refused connection; BullMQ's own 15 s would leave jobs lying about. */
const RETRY_CONNECTION_MS = 1000;

/** Options of a worker that starts only when it is told to. How many jobs it may hold changes as it runs. */
export function workerOptions(options: QueueOptions): WorkerOptions {
  return {
    connection: queueConnectionOptions(options, 'worker'),
    prefix: options.prefix,
    concurrency: 1,
    autorun: false,
    lockDuration: options.lockMs,
    // Of the lock alone, so that every process has the same: Redis keeps the interval of whoever checked last.
    stalledInterval: Math.max(SHORTEST_CHECK_MS, Math.floor(options.lockMs / CHECKS_PER_LOCK)),
    maxStalledCount: MOST_STALLS,
    runRetryDelay: RETRY_CONNECTION_MS,
    settings: { backoffStrategy: retryDelayMs },
  };
}
