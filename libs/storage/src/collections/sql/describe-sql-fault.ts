import { EngineError } from '#engine';
import { classifyFault, toStorageError } from '../../connection/storage-error.js';

/** Codes of Postgres that an author of SQL meets often enough to have a word of their own. */
const CODES: Readonly<Record<string, string>> = {
  '57014': 'sql_timeout',
  '42601': 'sql_syntax',
  '42501': 'sql_not_allowed',
  // serialization_failure, deadlock_detected: rolled back over others, and may simply be made again.
  '40001': 'sql_conflict',
  '40P01': 'sql_conflict',
  // configuration_limit_exceeded: of the login's `temp_file_limit`.
  '53400': 'sql_too_large',
};

/** `EngineError` for what the statement is to blame for, else the error of storage. */
export function describeSqlFault(error: unknown): unknown {
  const { code, severity, message } = (error ?? {}) as { code?: unknown; severity?: unknown; message?: string };
  if (typeof code !== 'string' || severity === undefined) return toStorageError(error);
  const known = CODES[code];
  if (known !== undefined) return new EngineError(known, `Postgres says: ${message}.`);
  return classifyFault(error) !== 'unavailable'
    ? new EngineError('sql_failed', `Postgres says: ${message}.`)
    : toStorageError(error);
}
