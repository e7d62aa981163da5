import { EngineError, LostClaim, type DataReader } from '#engine';
import { StorageUnavailable, type CollectionStore, type SqlRunner } from '#storage';

/** query_canceled: what Postgres answers when a statement took longer than it may. */
const CANCELED = '57014';

/** What the nodes on collections read, and the sql node's own login. */
export function createDataReader(
  collections: Pick<CollectionStore, 'query' | 'aggregate'>,
  login: Pick<SqlRunner, 'sql'>,
): DataReader {
  return {
    query: (query) => collections.query(query).catch((error: unknown) => throwRead(error)),
    aggregate: (aggregation) => collections.aggregate(aggregation).catch((error: unknown) => throwRead(error)),
    sql: (call) => login.sql(call).catch((error: unknown) => throwStatement(error)),
  };
}

/**
 * An event does not fail because the database is away: the execution is let go of, and read again when it is back. But
 * one whose question is too much for the database would come back for ever.
 */
function throwRead(error: unknown): never {
  if (!(error instanceof StorageUnavailable)) throw error;
  if ((error.cause as { code?: unknown } | undefined)?.code !== CANCELED) throw new LostClaim();
  const message =
    'Postgres took longer than DATABASE_STATEMENT_TIMEOUT allows; filter and sort by fields that have an index.';
  throw new EngineError('query_timeout', message);
}

/** The statement may write: whether it did is not known, and letting go would not make it so. */
function throwStatement(error: unknown): never {
  if (!(error instanceof StorageUnavailable)) throw error;
  const message = 'The connection to the database broke; whether the statement did something is not known.';
  throw new EngineError('sql_interrupted', message);
}
