import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What executions need to know of the execution whose subflow node started them. */
export class NestedExecutions1795478400000 implements MigrationInterface {
  readonly name = 'NestedExecutions1795478400000';
  static readonly statements: readonly string[] = [
    `alter table executions add column parent_execution_id uuid, add column parent_run_id uuid,
      add column parent_gone boolean not null default false`,
    // Only open children are ever looked for: to end them with their parent.
    `create index executions_open_children on executions (parent_execution_id)
      where parent_execution_id is not null and status in ('queued', 'started')`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of NestedExecutions1795478400000.statements) await queryRunner.query(statement);
  }

  /** Going back would leave parents that wait for ever: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
