import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What operators ask of a request: which secret matched, how long it took, what was parsed where that is not the body as
 * received. `headers` becomes a list of pairs, in the order received; it was an object.
 */
export class RequestLog1795500000000 implements MigrationInterface {
  readonly name = 'RequestLog1795500000000';
  static readonly statements: readonly string[] = [
    `alter table requests add column content bytea, add column content_type text, add column secret_name text,
      add column latency_ms int`,
    `alter table requests alter column content set storage external`,
    `update requests set headers = (
        select coalesce(json_agg(json_build_array(key, value)), '[]') from json_each(headers)
      ) where headers is not null and json_typeof(headers) = 'object'`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of RequestLog1795500000000.statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `update requests set headers = (
        select json_object_agg(lower(pair->>0), pair->1) from json_array_elements(headers) as pair
      ) where headers is not null and json_typeof(headers) = 'array'`,
    );
    await queryRunner.query(
      'alter table requests drop column content, drop column content_type, drop column secret_name, drop column latency_ms',
    );
  }
}
