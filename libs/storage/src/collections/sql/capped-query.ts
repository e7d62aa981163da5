import pg from 'pg';
import type { BoundStatement } from './bind-variables.js';
import { sqlTypes } from './sql-json.js';

/** Rows as lists: a column may be named anything, `__proto__` too. */
export interface CappedResult {
  columns: string[];
  rows: unknown[][];
  /** There were more rows than asked for; the statement must not be committed. */
  isCut: boolean;
}

/** What the driver's query does with answers of the server; not in its published types. */
interface QueryHandlers {
  handlePortalSuspended(connection: pg.Connection): void;
  handleError(error: Error, connection: pg.Connection): void;
}

type SyncingConnection = pg.Connection & { sync(): void };

const DriverQuery = pg.Query as unknown as new (
  config: pg.QueryArrayConfig & { rows: number; types: typeof sqlTypes },
  callback: (error: Error | null, result: pg.QueryArrayResult | undefined) => void,
) => pg.Query & QueryHandlers;

/**
 * A query by the extended protocol, which takes one statement only, that asks the server for so many rows and no more.
 * The driver itself would go on asking for the next ones.
 */
class CappedQuery extends DriverQuery {
  isCut = false;

  override handlePortalSuspended(connection: pg.Connection): void {
    this.isCut = true;
    (connection as SyncingConnection).sync();
  }

  override handleError(error: Error, connection: pg.Connection): void {
    // The driver sends none for a query with a row count, and the server ignores everything until it gets it.
    (connection as SyncingConnection).sync();
    super.handleError(error, connection);
  }
}

/** At most `rows` rows of a statement. Rejects with the driver's errors. */
export function runCapped(
  client: pg.PoolClient,
  { text, values }: BoundStatement,
  rows: number,
): Promise<CappedResult> {
  return new Promise((resolve, reject) => {
    const config = { text, values, rowMode: 'array' as const, types: sqlTypes, rows: rows + 1 };
    const query = new CappedQuery(config, (error, result) => {
      if (error) reject(error);
      else resolve({ columns: result!.fields.map(({ name }) => name), rows: result!.rows, isCut: query.isCut });
    });
    client.query(query);
  });
}
