import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests and failed executions that an operator has run again, and how far it got. */
export class Replays1795503600000 implements MigrationInterface {
  readonly name = 'Replays1795503600000';
  static readonly statements: readonly string[] = [
    // "cursor" is the last member looked at, "bound" the id that the members lie below: what came after the replay was
    // asked for is not in it. "next_at" is when the next batch may start, which paces any number of workers. Rewritten
    // with every batch: room for it in the page.
    `create table replays (
      id uuid primary key,
      kind text not null check (kind in ('requests', 'executions')),
      filter json not null,
      from_node text,
      version_choice text not null check (version_choice in ('same', 'current')),
      rate int not null,
      status text not null check (status in ('queued', 'running', 'done', 'canceled')),
      total int not null,
      started int not null default 0,
      filtered int not null default 0,
      refused int not null default 0,
      gone int not null default 0,
      skipped int not null default 0,
      cursor uuid,
      bound uuid not null,
      next_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz,
      error text,
      created_by text not null,
      idempotency_key text unique
    ) with (fillfactor = 50)`,
    `create index replays_open on replays (next_at) where status in ('queued', 'running')`,
    `create index replays_ended on replays (ended_at) where ended_at is not null`,

    // The identity of what a replay starts: (replay id, id of the request or execution).
    `create table replay_members (
      replay_id uuid not null,
      member_id uuid not null,
      execution_id uuid,
      outcome text not null check (outcome in ('started', 'filtered', 'refused', 'gone', 'skipped')),
      reason text,
      primary key (replay_id, member_id)
    )`,
    `create index replay_members_by_execution on replay_members (execution_id) where execution_id is not null`,
    `create index replay_members_left on replay_members (replay_id, outcome, reason) where outcome <> 'started'`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of Replays1795503600000.statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table replay_members');
    await queryRunner.query('drop table replays');
  }
}
