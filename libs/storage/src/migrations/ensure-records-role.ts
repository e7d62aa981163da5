import type pg from 'pg';

const NAMED_ROLE = `select records_role from data_access`;

/**
 * Makes the role under which records are read and written, unless this user may take the one there is. Roles belong to
 * the whole cluster: the name has a random part, so that two databases never share one, and a database that was restored
 * on another cluster gets a new one. It owns nothing and cannot log in. Who may not create roles goes on without it.
 *
 * Tables of somebody else in the schema are left to them.
 */
const ENSURE_ROLE = `do $$
declare
  new_role text := 'hookmill_data_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12);
  t regclass;
begin
  if exists (
    select 1 from data_access a join pg_roles r on r.rolname = a.records_role where pg_has_role(current_user, r.oid, 'member')
  ) then
    return;
  end if;
  begin
    execute format('create role %I nologin', new_role);
    execute format('grant %I to %I', new_role, current_user);
    execute format('grant usage on schema data to %I', new_role);
    for t in select c.oid from pg_class c where c.relnamespace = 'data'::regnamespace and c.relkind in ('r', 'p')
      and pg_has_role(current_user, c.relowner, 'usage')
    loop
      execute format('grant select, insert, update, delete on %s to %I', t, new_role);
    end loop;
    execute format('alter default privileges in schema data grant select, insert, update, delete on tables to %I', new_role);
  exception when insufficient_privilege then
    new_role := null;
  end;
  update data_access set records_role = new_role where records_role is distinct from new_role;
end $$`;

/** Runs after the migrations, each time; the caller holds their lock. */
export async function ensureRecordsRole(client: pg.Client, log: (line: string) => void): Promise<void> {
  await client.query(ENSURE_ROLE);
  const { rows } = await client.query<{ records_role: string | null }>(NAMED_ROLE);
  if (rows[0]?.records_role) return;
  log(
    'The user of DATABASE_URL may not create roles: records of collections are read and written with its own rights, and sql nodes need DATA_DATABASE_URL.',
  );
}
