import { Pool } from 'pg';
import type { QueueOptions } from '../../contract.js';
import { EXECUTIONS_QUEUE } from '../../executions-queue.js';
import type { QueueProbe } from '../queue-probe.js';

/** Asks BullMQ's job table. One connection, closed while nobody asks. */
export class PostgresProbe implements QueueProbe {
  private readonly pool: Pool;
  private readonly missing: string;

  constructor(options: QueueOptions, onError: (error: Error) => void) {
    this.pool = new Pool({
      connectionString: options.databaseUrl,
      max: 1,
      connectionTimeoutMillis: options.commandTimeoutMs,
      query_timeout: options.commandTimeoutMs,
      keepAlive: true,
    });
    this.pool.on('error', onError);
    // The schema name was checked by the migration to be a plain identifier.
    this.missing = `
      select id
        from unnest($2::text[]) with ordinality as asked (id, position)
       where not exists (select from "${options.prefix}".job
                          where queue = $1 and job.id = asked.id and state in ('waiting', 'active', 'delayed'))
       order by position`;
  }

  async findMissing(jobIds: readonly string[]): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(this.missing, [EXECUTIONS_QUEUE, jobIds]);
    return rows.map((row) => row.id);
  }

  async ping(): Promise<void> {
    await this.pool.query('select 1');
  }

  /** The pool drops a connection whose query failed. */
  onRefusal(): void {}

  async close(): Promise<void> {
    await this.pool.end();
  }
}
