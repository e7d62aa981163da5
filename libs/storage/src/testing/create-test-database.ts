import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import { MIGRATIONS } from '../migrations/index.js';
import { migrate } from '../migrations/migrate.js';

export interface TestDatabase {
  /** Connection URL of the fresh, migrated database. */
  url: string;
  /** Ends its connections and removes it. */
  drop(): Promise<void>;
}

/**
 * A fresh migrated database, for one spec file. It is copied from a template that the first caller migrates, on the
 * server of TEST_DATABASE_URL (a superuser's URL), which the test setup provides.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (!server)
    throw new Error('TEST_DATABASE_URL is not set: run this spec through jest, whose setup starts Postgres.');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.testTemplate]);
    const template = await prepareTemplate(client, server);
    await client.query(`create database ${name} template ${template}`);
  });
  return {
    url: databaseUrl(server, name),
    drop: () => withClient(server, async (client) => void (await client.query(`drop database ${name} with (force)`))),
  };
}

/** The name tells schema and day: another schema or another day (its partitions) is another template. */
async function prepareTemplate(client: pg.Client, server: string): Promise<string> {
  const schema = JSON.stringify(MIGRATIONS.map((migration) => migration.statements));
  const hash = createHash('sha256').update(schema).digest('hex').slice(0, 12);
  const name = `template_${hash}_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
  const { rows } = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (rows.length > 0) return name;
  // Made under another name first: a run that dies half way must not leave a template that looks whole.
  const draft = `${name}_draft`;
  await client.query(`drop database if exists ${draft} with (force)`);
  await client.query(`create database ${draft} encoding 'UTF8' template template0`);
  await migrate(databaseUrl(server, draft));
  await client.query(`alter database ${draft} rename to ${name}`);
  return name;
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
