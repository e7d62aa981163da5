import type { NodeError } from '../contract/node-run.js';
import { LostClaim } from '../contract/ports.js';
import { isEnding, type Ending, type EndReason } from '../contract/statuses.js';

/** An ending that came from outside: time-out, cancel, drain. */
export interface Stop {
  status: Exclude<Ending, 'resolved'>;
  reason: EndReason | null;
}

/** Code of what was stopped, or given up because it was not needed any more. */
export const ABORTED = 'aborted';
/** Code of an effect of which nobody knows whether it happened. */
export const IN_DOUBT = 'worker_lost';

/**
 * How the visit or branch was stopped that an error with this status tells of; null for an error of its own. Each stop is
 * recorded under its code, so that another run which finds the record knows it from a failure: a child's time-out, say.
 */
export function stopBehind(status: Ending, error: NodeError | null): Stop | null {
  if (status === 'aborted' && error?.code === ABORTED) return { status, reason: null };
  if (status === 'retry_needed' && error?.code === IN_DOUBT) return { status, reason: 'worker_lost' };
  return null;
}

const REASONS: readonly string[] = ['timeout', 'manual_cancel', 'parent_aborted', 'worker_lost', 'step_limit'];

/**
 * What an aborted signal asks for, null while it is not aborted. A `signal.reason` of `{status, reason}` is taken as it
 * is, anything else means `aborted` by `timeout`. Throws the reason itself when it is a {@link LostClaim}.
 */
export function stopReason(signal: AbortSignal): Stop | null {
  if (!signal.aborted) return null;
  const given: unknown = signal.reason;
  if (given instanceof LostClaim) throw given;
  return (isObject(given) ? readStop(given) : null) ?? { status: 'aborted', reason: 'timeout' };
}

function readStop({ status, reason }: { status?: unknown; reason?: unknown }): Stop | null {
  if (typeof status !== 'string' || !isEnding(status) || status === 'resolved') return null;
  return { status, reason: isEndReason(reason) ? reason : null };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isEndReason(value: unknown): value is EndReason {
  return typeof value === 'string' && REASONS.includes(value);
}
