import type { ConnectionOptions } from 'bullmq';
import type { QueueOptions } from '../contract.js';
import { postgresConnection } from './postgres/postgres-connection.js';
import { producerClient } from './redis/producer-client.js';
import { workerConnection } from './redis/worker-connection.js';

/**
 * Connection for BullMQ. As `producer` every command fails fast when the queue is away; as `worker` commands wait for
 * its return. On Redis the producer's is a live client, which whoever made it disconnects: BullMQ's own clean-up sends
 * QUIT and fails on a frozen server.
 */
export function queueConnectionOptions(options: QueueOptions, role: 'producer' | 'worker'): ConnectionOptions {
  // BullMQ types `connection` for Redis only; its Postgres backend takes a pool config in the same place.
  if (options.redisUrl === null) return postgresConnection(options, role) as ConnectionOptions;
  return role === 'producer' ? producerClient(options.redisUrl, options.commandTimeoutMs) : workerConnection(options);
}
