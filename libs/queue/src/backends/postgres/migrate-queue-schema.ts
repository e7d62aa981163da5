import { runMigrations } from 'bullmq';
import { Client } from 'pg';
import type { QueueOptions } from '../../contract.js';

/** Creates or upgrades BullMQ's tables in the schema `options.prefix`; one transaction under an advisory lock. */
export async function migrateQueueSchema(options: QueueOptions): Promise<void> {
  const client = new Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    await runMigrations(client, options.prefix);
  } finally {
    await client.end();
  }
}
