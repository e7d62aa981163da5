import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * User-defined tables: the schema they lie in and their definitions. The role under which records are read and written
 * belongs to the cluster and not to the database: `ensureRecordsRole` makes it.
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

    // Who reaches the schema `data`: the role of record reads and writes, null where there is none, and the login of sql
    // nodes, which the first worker that needs it makes, for only a process has the master key.
    `create table data_access (
      singleton boolean primary key default true check (singleton),
      records_role text,
      sql_role text,
      key_id text,
      wrapped_key bytea,
      ciphertext bytea
    )`,

    `insert into data_access default values`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of Collections1795482000000.statements) await queryRunner.query(statement);
  }

  /** Going back would drop every record: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
