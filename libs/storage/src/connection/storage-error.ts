import { RejectedRow, StorageUnavailable } from '../contract.js';

/** How an error of the driver or of Postgres is to be treated. */
export type StorageFault = 'rejected' | 'retry' | 'unavailable' | 'defect';

/**
 * SQLSTATE classes whose cause is the data of one row: data exception, integrity constraint, program limit (a value
 * too long for its index).
 */
const REJECTED_CLASSES = new Set(['22', '23', '54']);

/**
 * SQLSTATE classes that pass: connection, authorization, a database or its disk that is away, operator intervention
 * (shutdown, statement timeout), system error.
 */
const UNAVAILABLE_CLASSES = new Set(['08', '28', '3D', '53', '57', '58']);

/** serialization_failure, deadlock_detected: nothing was written, the same statement may simply run again. */
const RETRY_STATES = new Set(['40001', '40P01']);

/**
 * read_only_sql_transaction (connected to a standby after a fail-over), lock_not_available,
 * transaction_resolution_unknown.
 */
const UNAVAILABLE_STATES = new Set(['25006', '55P03', '40003']);

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The driver reports these without a code. */
const CONNECTION_MESSAGE = /connection (terminated|error)|connection timeout|timeout exceeded|read timeout|not queryable/i;

/** A system error (`ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`), as opposed to an SQLSTATE or a Node error (`ERR_...`). */
const SYSTEM_CODE = /^E[A-Z]+(_[A-Z]+)?$/;

/** Tells whose fault an error is. What is not recognised is a defect of ours and is passed on as it is. */
export function classifyFault(error: unknown): StorageFault {
  if (!(error instanceof Error)) return 'defect';
  const code = sqlStateOf(error);
  if (code !== null) return classifyState(code);
  if (hasSystemCode(error) || CONNECTION_MESSAGE.test(error.message)) return 'unavailable';
  return 'defect';
}

/** The error to hand to callers: `RejectedRow`, `StorageUnavailable` (with the original as cause), or itself. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof RejectedRow || error instanceof StorageUnavailable) return error;
  const fault = classifyFault(error);
  if (fault === 'defect') return error;
  const message = (error as Error).message || 'The database cannot be reached.';
  return fault === 'rejected' ? new RejectedRow(message, { cause: error }) : new StorageUnavailable(message, { cause: error });
}

function classifyState(code: string): StorageFault {
  if (RETRY_STATES.has(code)) return 'retry';
  if (UNAVAILABLE_STATES.has(code)) return 'unavailable';
  const group = code.slice(0, 2);
  if (REJECTED_CLASSES.has(group)) return 'rejected';
  return UNAVAILABLE_CLASSES.has(group) ? 'unavailable' : 'defect';
}

function sqlStateOf(error: Error): string | null {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  // EPIPE and the like are five letters too: only an answer of the server has a severity.
  return typeof code === 'string' && severity !== undefined && SQLSTATE.test(code) ? code : null;
}

function hasSystemCode(error: Error): boolean {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return SYSTEM_CODE.test(code) && !code.startsWith('ERR_');
  return error instanceof AggregateError && error.errors.some((inner) => inner instanceof Error && hasSystemCode(inner));
}
