import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What operators ask of a request: which secret matched, how long it took, what was parsed where that is not the body as
 * received; and a fast way to the few that were not accepted.
 *
 * `headers` is from now on a list of pairs, in the order received; it was an object, and stays one in rows written before,
 * or by a gateway of the release before. Rewriting every row would hold the log for as long as it is large.
 */
export class RequestLog1795500000000 implements MigrationInterface {
  readonly name = 'RequestLog1795500000000';
  static readonly statements: readonly string[] = [
    `alter table requests add column content bytea, add column content_type text, add column secret_name text,
      add column latency_ms int`,
    // As for the body: out of line as it is. Goes down to the partitions, and new ones take it over.
    `alter table requests alter column content set storage external`,
    // Without the accepted ones: accepting writes no entry, and a refusal is found among millions of them.
    `create index requests_not_accepted on requests (verdict, id) where verdict <> 'accepted'`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of RequestLog1795500000000.statements) await queryRunner.query(statement);
  }

  /** An escaped NUL or lone surrogate, which no sender gets through HTTP, is more than Postgres reads: such headers go. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index requests_not_accepted');
    await queryRunner.query(`update requests set headers = '{}' where headers::text ~ '^\\s*\\[.*\\\\u'`);
    await queryRunner.query(
      `update requests set headers = (
        select coalesce(json_object_agg(name, value), '{}') from (
          select lower(pair->>0) as name, string_agg(pair->>1, ', ' order by n) as value
          from json_array_elements(headers) with ordinality as list (pair, n) group by 1
        ) as joined
      ) where headers::text ~ '^\\s*\\['`,
    );
    await queryRunner.query(
      'alter table requests drop column content, drop column content_type, drop column secret_name, drop column latency_ms',
    );
  }
}
