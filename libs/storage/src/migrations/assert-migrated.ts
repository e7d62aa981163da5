import pg from 'pg';
import { StartFault } from '#shared';
import { PUBLIC_SCHEMA } from '../connection/session-options.js';
import { MIGRATIONS } from './index.js';

/** The schema is older than this release. */
export class SchemaTooOld extends StartFault {
  override readonly name = 'SchemaTooOld';

  constructor(missing: readonly string[]) {
    super(
      `The database schema is older than this release (missing: ${missing.join(', ')}). Run "npm run migrate", then start again.`,
    );
  }
}

/**
 * Rejects with {@link SchemaTooOld} when a migration of this release has not run. A newer schema is fine: a release
 * starts on the next release's schema.
 */
export async function assertMigrated(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    options: PUBLIC_SCHEMA,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const done = await migrationsDone(client);
    const missing = MIGRATIONS.map((migration) => migration.name).filter((name) => !done.has(name));
    if (missing.length > 0) throw new SchemaTooOld(missing);
  } finally {
    await client.end();
  }
}

async function migrationsDone(client: pg.Client): Promise<Set<string>> {
  const table = await client.query(`select to_regclass('migrations') is not null as present`);
  if (!(table.rows[0] as { present: boolean }).present) return new Set();
  const { rows } = await client.query('select name from migrations');
  return new Set((rows as { name: string }[]).map((row) => row.name));
}
