import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tests of single nodes, between the admin app that asks and the worker that runs them; gone within the minute. */
export class NodeTests1795496400000 implements MigrationInterface {
  readonly name = 'NodeTests1795496400000';
  static readonly statements: readonly string[] = [
    `create table node_tests (
      id uuid primary key,
      type text not null,
      config json not null,
      context json not null,
      results json not null,
      reply_to text not null,
      expires_at timestamptz not null,
      taken_at timestamptz,
      outcome json
    )`,
    `create index node_tests_expires_at on node_tests (expires_at)`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of NodeTests1795496400000.statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table node_tests');
  }
}
