import { setTimeout as sleep } from 'node:timers/promises';
import { retryDelay, type RetryPolicy } from '../run/retry-policy.js';

/** What is thought of the answer of one try. */
export interface TryVerdict {
  again: boolean;
  /** Milliseconds the receiver asked to wait at least; null when it said nothing. */
  retryAfterMs: number | null;
}

/**
 * Calls `attempt`, and by the policy calls it again while `judge` says so. Gives the last answer, also when the signal
 * is aborted while it waits. Throws only what `attempt` throws.
 */
export async function tryByPolicy<A>(
  attempt: () => Promise<A>,
  judge: (answer: A) => TryVerdict,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<A> {
  for (let tried = 1; ; tried += 1) {
    const answer = await attempt();
    const { again, retryAfterMs } = judge(answer);
    const wait = again ? retryDelay(policy, tried, retryAfterMs, Math.random) : null;
    if (wait === null) return answer;
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return answer;
  }
}
