import { createPostgresBackend, setDefaultBackendFactory } from 'bullmq';
import type { QueueOptions } from '../contract.js';
import { migrateQueueSchema } from './postgres/migrate-queue-schema.js';

/**
 * Once per process, before the Nest app is created: @nestjs/bullmq has no option for a backend, every class it builds
 * uses BullMQ's process-wide default. On Postgres it also brings the queue's schema up to date (idempotent, under an
 * advisory lock, so processes may start together); rejects when the database is away or the prefix is no schema name.
 */
export async function prepareQueueBackend(options: QueueOptions): Promise<void> {
  if (options.redisUrl !== null) {
    setDefaultBackendFactory();
    return;
  }
  await migrateQueueSchema(options);
  setDefaultBackendFactory(createPostgresBackend);
}
