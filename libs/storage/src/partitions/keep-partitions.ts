import { idFloor } from '#shared';
import pg from 'pg';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import { PUBLIC_SCHEMA } from '../connection/session-options.js';
import { PARTITIONED_TABLES, type PartitionedTable } from './partitioned-tables.js';

const DAY_MS = 86_400_000;

/** What runs partition statements: one connection, errors as the driver gives them. */
type Connection = Pick<pg.Client, 'query'>;

/**
 * Makes the daily partitions (UTC days of the UUIDv7 ids) from yesterday to `daysAhead` days from now, and a default
 * partition, for every partitioned table. Idempotent; several processes may call it at once. Rows that had to go to the
 * default partition because nobody called it for days are moved where they belong.
 *
 * @returns names of the partitions made now
 */
export async function keepPartitions(databaseUrl: string, daysAhead = 7): Promise<string[]> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'hookmill-partitions',
    options: PUBLIC_SCHEMA,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await createPartitions(client, daysAhead);
  } finally {
    await client.end();
  }
}

/** The same over a connection that is open already. */
export async function createPartitions(client: Connection, daysAhead: number): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.partitions]);
  try {
    const { rows } = await client.query('select extract(epoch from now()) * 1000 as now');
    const today = Math.floor(Number((rows[0] as { now: string }).now) / DAY_MS) * DAY_MS;
    const created: string[] = [];
    for (const table of PARTITIONED_TABLES) {
      created.push(...(await createDefault(client, table)));
      for (let day = -1; day <= daysAhead; day += 1) {
        created.push(...(await createDay(client, table, new Date(today + day * DAY_MS))));
      }
    }
    return created;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [ADVISORY_LOCKS.partitions]);
  }
}

async function createDefault(client: Connection, { table, parameters }: PartitionedTable): Promise<string[]> {
  const name = `${table}_default`;
  if (await exists(client, name)) return [];
  await client.query(`create table ${name} partition of ${table} default with (${parameters})`);
  return [name];
}

/**
 * Attaching instead of `create table .. partition of`: it takes no exclusive lock on the parent, so accepting goes on,
 * and rows of that day that already lie in the default partition can be moved in the same transaction.
 */
async function createDay(
  client: Connection,
  { table, column, parameters }: PartitionedTable,
  day: Date,
): Promise<string[]> {
  const name = `${table}_p${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
  if (await exists(client, name)) return [];
  const low = idFloor(day);
  const high = idFloor(new Date(day.getTime() + DAY_MS));
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = '5s'`);
    await client.query(`create table ${name} (like ${table} including all) with (${parameters})`);
    await client.query(`lock table ${table}_default in access exclusive mode`);
    await client.query(
      `with moved as (delete from ${table}_default where ${column} >= '${low}' and ${column} < '${high}' returning *)
       insert into ${name} select * from moved`,
    );
    await client.query(`alter table ${table} attach partition ${name} for values from ('${low}') to ('${high}')`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return [name];
}

async function exists(client: Connection, name: string): Promise<boolean> {
  const { rows } = await client.query('select 1 from pg_class where oid = to_regclass($1)', [name]);
  return rows.length > 0;
}
