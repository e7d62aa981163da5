import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CONFIGURATION_TABLES } from './initial-schema/configuration-tables.js';
import { HISTORY_TABLES } from './initial-schema/history-tables.js';
import { RUNNING_TABLES } from './initial-schema/running-tables.js';

/** All tables of the first release. Daily partitions are not made here but by `keepPartitions`, which `migrate` calls. */
export class InitialSchema1795305600000 implements MigrationInterface {
  readonly name = 'InitialSchema1795305600000';
  static readonly statements = [...CONFIGURATION_TABLES, ...RUNNING_TABLES, ...HISTORY_TABLES];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of InitialSchema1795305600000.statements) await queryRunner.query(statement);
  }

  /** Going back would drop every accepted event: refused. */
  down(): Promise<void> {
    return Promise.reject(new Error('The initial schema cannot be reverted; drop the database instead.'));
  }
}
