import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people are asked to do by executions that wait for them. */
export class Tasks1795489200000 implements MigrationInterface {
  readonly name = 'Tasks1795489200000';
  static readonly statements: readonly string[] = [
    // Not partitioned: tasks are few, and lists of them go by person. No foreign keys, as everywhere around executions;
    // `prune` removes what belongs to none. The ids are UUIDv7: their order is that of creation.
    `create table tasks (
      id uuid primary key,
      execution_id uuid not null,
      node_run_id uuid not null,
      created_at timestamptz not null default now(),
      submitted_at timestamptz,
      read_at timestamptz,
      workflow_id int not null,
      status text not null default 'open' check (status in ('open', 'done', 'closed')),
      kind text not null,
      node_key text not null,
      assignee text not null,
      delegated_from text,
      title text not null,
      action text,
      comment text,
      actions json not null,
      form json,
      data json,
      "values" json
    )`,
    `create index tasks_open_by_assignee on tasks (assignee, id) where status = 'open'`,
    `create index tasks_by_assignee on tasks (assignee, id)`,
    `create index tasks_open on tasks (id) where status = 'open'`,
    `create index tasks_by_workflow on tasks (workflow_id, id)`,
    `create index tasks_by_execution on tasks (execution_id, id)`,
    `create index tasks_by_node_run on tasks (node_run_id)`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of Tasks1795489200000.statements) await queryRunner.query(statement);
  }

  /** Going back would leave executions that wait for people for ever: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
