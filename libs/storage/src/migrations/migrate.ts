import pg from 'pg';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import { PUBLIC_SCHEMA } from '../connection/session-options.js';
import { createDataSource } from '../connection/data-source.js';
import { ensureRecordsRole } from './ensure-records-role.js';
import { createPartitions } from '../partitions/keep-partitions.js';

const DAYS_AHEAD = 7;

/**
 * Brings the schema to this release and makes the partitions of the coming days. Several processes may call it at once:
 * the first works, the others wait and find nothing to do (TypeORM alone lets them fail on each other).
 *
 * @returns names of the migrations run now
 */
export async function migrate(databaseUrl: string, log: (line: string) => void = () => undefined): Promise<string[]> {
  // A connection of its own: the lock must outlive each migration's transaction.
  const lock = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'hookmill-migrate',
    options: PUBLIC_SCHEMA,
  });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    const names = await runMigrations(databaseUrl);
    for (const name of names) log(`migrated: ${name}`);
    await ensureRecordsRole(lock, log);
    const partitions = await createPartitions(lock, DAYS_AHEAD);
    if (partitions.length > 0) log(`partitions made: ${partitions.length}`);
    return names;
  } finally {
    await lock.end();
  }
}

async function runMigrations(databaseUrl: string): Promise<string[]> {
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'hookmill-migrate',
    poolSize: 1,
    statementTimeoutMs: 0,
  });
  await dataSource.initialize();
  try {
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}
