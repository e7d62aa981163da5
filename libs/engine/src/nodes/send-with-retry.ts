import type { EnginePorts, HttpRequest, HttpResult } from '../contract/ports.js';
import { parseRetryAfter, type RetryPolicy } from '../run/retry-policy.js';
import { tryByPolicy } from './try-by-policy.js';

/** The receiver said that it did not do it, at least not now. */
const KNOWN_FAILURES: readonly number[] = [408, 425, 429, 500, 501, 503];
/** A gateway lost the receiver: whether it acted is open. */
const OPEN_STATUSES: readonly number[] = [502, 504];
const OPEN_CODES: readonly string[] = ['timeout', 'protocol'];

/**
 * Sends a request and, by the policy, sends it again: after a failure that is known, and after one that leaves open
 * whether the receiver acted only when doing it twice does no harm (`repeatable`). Gives the last answer, also when the
 * signal is aborted while it waits. Never throws.
 */
export function sendWithRetry(
  request: HttpRequest,
  ports: Pick<EnginePorts, 'http' | 'now'>,
  policy: RetryPolicy & { repeatable: boolean },
): Promise<HttpResult> {
  return tryByPolicy(
    () => ports.http.send(request),
    (answer) => ({
      again: mayRetry(answer, policy.repeatable),
      retryAfterMs: answer.ok ? parseRetryAfter(answer.headers['retry-after'], ports.now()) : null,
    }),
    policy,
    request.signal,
  );
}

function mayRetry(answer: HttpResult, repeatable: boolean): boolean {
  if (answer.ok) return KNOWN_FAILURES.includes(answer.status) || (repeatable && OPEN_STATUSES.includes(answer.status));
  return answer.code === 'connect' || (repeatable && OPEN_CODES.includes(answer.code));
}
