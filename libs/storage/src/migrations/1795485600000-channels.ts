import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notification channels, and the messages of those that show them here. */
export class Channels1795485600000 implements MigrationInterface {
  readonly name = 'Channels1795485600000';
  static readonly statements: readonly string[] = [
    // The whole config is sealed: which parts of it are credentials is known to the channel's type, not to the table.
    `create table channels (
      name text primary key,
      type text not null,
      key_id text not null,
      wrapped_key bytea not null,
      ciphertext bytea not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`,
    `create trigger channels_raise_epoch after insert or update or delete or truncate on channels
      for each statement execute function raise_configuration_epoch()`,
    `create table notifications (
      id uuid primary key,
      message_key text not null,
      recipient text not null,
      title text,
      body text not null,
      created_at timestamptz not null default now(),
      read_at timestamptz,
      unique (message_key, recipient)
    )`,
    `create index notifications_of_recipient on notifications (recipient, id desc)`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of Channels1795485600000.statements) await queryRunner.query(statement);
  }

  /** Going back would lose every channel and message: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
