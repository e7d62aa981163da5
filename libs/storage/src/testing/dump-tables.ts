import pg from 'pg';

/**
 * Every table of a test database as text, by name: `bytea` byte by byte, everything else as JSON. For proofs that
 * something was stored nowhere.
 */
export async function dumpTables(databaseUrl: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const dump = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      dump.set(name, rows.map((row) => Object.values(row).map(asText).join('\n')).join('\n'));
    }
    return dump;
  } finally {
    await client.end();
  }
}

function asText(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value);
}
