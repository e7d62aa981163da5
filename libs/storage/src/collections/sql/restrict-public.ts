import type pg from 'pg';

/**
 * Functions that run text as SQL, keep things outside tables, end other sessions, or take locks that our processes
 * share. Patterns of names in pg_catalog.
 */
const FUNCTIONS = [
  'query_to_xml%',
  'cursor_to_xml%',
  'table_to_xml%',
  'schema_to_xml%',
  'database_to_xml%',
  'ts_stat',
  'ts_rewrite',
  'lo\\_%',
  'loread',
  'lowrite',
  'pg_advisory_%',
  'pg_try_advisory_%',
  'pg_notify',
  'pg_terminate_backend',
  'pg_cancel_backend',
  'pg_logical_emit_message',
];

/**
 * Takes from everybody what every login of a database may do by default and no sql node needs; owners and superusers
 * keep it. Only a superuser may take the functions; the database's owner may take the rest.
 */
const RESTRICTIONS: readonly string[] = [
  // Extensions lie there, such as dblink.
  'revoke all on schema public from public',
  `do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$`,
  `do $$
  declare f regprocedure;
  begin
    for f in select p.oid from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace
      and p.proname like any (array[${FUNCTIONS.map((name) => `'${name}'`).join(', ')}])
    loop
      execute format('revoke execute on function %s from public', f);
    end loop;
  end $$`,
];

/** A sort or a join that does not fit its memory goes to files: not to all of the disk. */
const fileLimit = (role: string) => `alter role ${role} set temp_file_limit = '1GB'`;

/**
 * Restricts the login of sql nodes, and what it shares with everybody, as far as the connection's user may; in the
 * caller's transaction.
 *
 * @param role a name of ours, which needs no quotes
 */
export async function restrictPublic(client: pg.ClientBase, role: string): Promise<void> {
  for (const restriction of [...RESTRICTIONS, fileLimit(role)]) {
    await client.query('savepoint restriction');
    try {
      await client.query(restriction);
      await client.query('release savepoint restriction');
    } catch (error) {
      if ((error as { code?: unknown }).code !== '42501') throw error;
      await client.query('rollback to savepoint restriction');
    }
  }
}
