import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What executions that wait, are recovered, time out, travel in chunks or start each other need. Changes of the
 * partitioned parent reach the partitions there are, and `like .. including all` gives them to those to come.
 */
export class DurableExecution1795392000000 implements MigrationInterface {
  readonly name = 'DurableExecution1795392000000';
  static readonly statements: readonly string[] = [
    // One statement, one pass. A wider `attempt` rewrites the table, which locks it meanwhile: each wait in a loop is a
    // claim, and 32,767 of them are not out of reach.
    `alter table executions
      alter column attempt type int,
      add column lost smallint not null default 0,
      add column chunk_id uuid,
      add column resume_at timestamptz,
      add column expires_at timestamptz,
      add column delete_at timestamptz,
      add column stack int[]`,

    // Executions that wait have no lease: the list of started ones cannot go over the index on leases any more.
    `create index executions_started on executions (id) where status = 'started'`,
    `create index executions_by_resumption on executions (resume_at) where resume_at is not null`,
    `create index executions_by_expiry on executions (expires_at) where expires_at is not null`,
    `create index executions_by_deletion on executions (delete_at) where delete_at is not null`,

    // What the statement that ends an execution must know of a document. It cannot look into the JSON itself: Postgres
    // refuses to where any string of it has an escaped NUL or lone surrogate. Nothing to fill in: the release before
    // refused documents with these options.
    `alter table workflow_versions add column error_workflow text, add column stack_limit int`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DurableExecution1795392000000.statements) await queryRunner.query(statement);
  }

  /** Going back would lose when waiting executions go on: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
