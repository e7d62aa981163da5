import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * User-defined tables: the schema they lie in, their definitions, and the role under which records are read and written.
 *
 * Roles belong to the whole cluster, so the name has a random part: two databases of one cluster never share one. The
 * role owns nothing and cannot log in; who may not create roles goes on without it.
 */
export class Collections1795482000000 implements MigrationInterface {
  readonly name = 'Collections1795482000000';
  static readonly statements: readonly string[] = [
    `create schema if not exists data`,
    `revoke all on schema data from public`,

    `create table collections (
      name text primary key,
      title text,
      fields json not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`,

    // Who reaches the schema `data`: the role of record reads and writes, and the login of sql nodes, which the first
    // worker that needs it makes, for only a process has the master key. No database user but ours sees this.
    `create table data_access (
      singleton boolean primary key default true check (singleton),
      records_role text,
      sql_role text,
      key_id text,
      wrapped_key bytea,
      ciphertext bytea
    )`,

    `do $$
    declare
      records_role text := 'hookmill_data_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12);
    begin
      begin
        execute format('create role %I nologin', records_role);
        execute format('grant %I to %I', records_role, current_user);
        execute format('grant usage on schema data to %I', records_role);
        execute format('alter default privileges in schema data grant select, insert, update, delete on tables to %I',
          records_role);
      exception when insufficient_privilege then
        records_role := null;
      end;
      insert into data_access (records_role) values (records_role);
    end $$`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of Collections1795482000000.statements) await queryRunner.query(statement);
  }

  /** Going back would drop every record: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
