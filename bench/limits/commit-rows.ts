import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import type { Throughput } from './throughput.js';

export interface CommitOrder {
  databaseUrl: string;
  /** What one row carries. */
  body: string;
  seconds: number;
}

const ROWS_PER_COMMIT = 100;
const COMMITS_UNDER_WAY = 2;
const TABLE = 'bench_limit';
const INSERT = `insert into ${TABLE} (id, body) select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing`;

/** Commits rows of the given body in batches of 100, two under way, as the gateway does at its best. */
export async function commitRows({ databaseUrl, body, seconds }: CommitOrder): Promise<Throughput> {
  const pool = new Pool({ connectionString: databaseUrl, max: COMMITS_UNDER_WAY });
  try {
    await pool.query(`create table if not exists ${TABLE} (id uuid primary key, body bytea not null)`);
    await pool.query(`truncate ${TABLE}`);
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    let done = 0;
    const bodies = Array.from({ length: ROWS_PER_COMMIT }, () => Buffer.from(body));
    const commit = async () => {
      while (performance.now() < endsAt) {
        await pool.query({ name: 'rows', text: INSERT, values: [bodies.map(() => randomUUID()), bodies] });
        done += ROWS_PER_COMMIT;
      }
    };
    await Promise.all(Array.from({ length: COMMITS_UNDER_WAY }, commit));
    const took = (performance.now() - startedAt) / 1000;
    await pool.query(`drop table ${TABLE}`);
    return { done, seconds: took };
  } finally {
    await pool.end();
  }
}
