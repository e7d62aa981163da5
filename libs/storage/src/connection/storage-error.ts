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
const CONNECTION_MESSAGE =
  /connection (terminated|error)|connection timeout|timeout exceeded|read timeout|not queryable/i;

/** A system error (`ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`), as opposed to an SQLSTATE or a Node error (`ERR_...`). */
const SYSTEM_CODE = /^E[A-Z]+(_[A-Z]+)?$/;

/**
 * What is looked at of an error. Not its class: an error of the runtime may come from another realm, and drivers differ.
 */
interface ErrorShape {
  message?: string;
  code?: unknown;
  /** Only an answer of the server has one. */
  severity?: unknown;
  /** Of an AggregateError: one per address that was tried. */
  errors?: unknown;
}

/** Tells whose fault an error is. What is not recognised is a defect of ours and is passed on as it is. */
export function classifyFault(error: unknown): StorageFault {
  if (typeof error !== 'object' || error === null) return 'defect';
  const { code, severity, message = '' }: ErrorShape = error;
  if (severity !== undefined && typeof code === 'string' && SQLSTATE.test(code)) return classifyState(code);
  return hasSystemCode(error) || CONNECTION_MESSAGE.test(message) ? 'unavailable' : 'defect';
}

/** The error to hand to callers: `RejectedRow`, `StorageUnavailable` (with the original as cause), or itself. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof RejectedRow || error instanceof StorageUnavailable) return error;
  const fault = classifyFault(error);
  if (fault === 'defect') return error;
  const message = (error as ErrorShape).message || 'The database cannot be reached.';
  const options = { cause: error };
  return fault === 'rejected' ? new RejectedRow(message, options) : new StorageUnavailable(message, options);
}

function classifyState(code: string): StorageFault {
  if (RETRY_STATES.has(code)) return 'retry';
  if (UNAVAILABLE_STATES.has(code)) return 'unavailable';
  const group = code.slice(0, 2);
  if (REJECTED_CLASSES.has(group)) return 'rejected';
  return UNAVAILABLE_CLASSES.has(group) ? 'unavailable' : 'defect';
}

function hasSystemCode({ code, errors }: ErrorShape): boolean {
  if (typeof code === 'string') return SYSTEM_CODE.test(code) && !code.startsWith('ERR_');
  return Array.isArray(errors) && errors.some((inner: ErrorShape) => hasSystemCode(inner));
}
