import { setTimeout as sleep } from 'node:timers/promises';
import type { EnginePorts, HttpRequest, HttpResult } from '../contract/ports.js';
import { parseRetryAfter, retryDelay, type RetryPolicy } from '../run/retry-policy.js';

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
export async function sendWithRetry(
  request: HttpRequest,
  ports: Pick<EnginePorts, 'http' | 'now'>,
  policy: RetryPolicy & { repeatable: boolean },
): Promise<HttpResult> {
  const { signal } = request;
  for (let tried = 1; ; tried += 1) {
    const answer = await ports.http.send(request);
    if (!mayRetry(answer, policy.repeatable)) return answer;
    const wait = retryDelay(policy, tried, retryAfterOf(answer, ports.now()), Math.random);
    if (wait === null) return answer;
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return answer;
  }
}

function mayRetry(answer: HttpResult, repeatable: boolean): boolean {
  if (answer.ok) return KNOWN_FAILURES.includes(answer.status) || (repeatable && OPEN_STATUSES.includes(answer.status));
  return answer.code === 'connect' || (repeatable && OPEN_CODES.includes(answer.code));
}

function retryAfterOf(answer: HttpResult, now: Date): number | null {
  return answer.ok ? parseRetryAfter(answer.headers['retry-after'], now) : null;
}
