import type { DeliveryResult } from '../contract/ports.js';
import type { RetryPolicy } from '../run/retry-policy.js';
import { tryByPolicy } from './try-by-policy.js';

/**
 * Delivers and, by the policy, delivers again: after a failure of which it is known that nothing was delivered, and after
 * an open one only when doing it twice does no harm (`repeatable`); never after a permanent refusal. Gives the last
 * outcome, also when the signal is aborted while it waits.
 */
export function deliverWithRetry(
  deliver: () => Promise<DeliveryResult>,
  policy: RetryPolicy & { repeatable: boolean },
  signal: AbortSignal,
): Promise<DeliveryResult> {
  return tryByPolicy(
    deliver,
    (delivered) => ({
      again: mayRetry(delivered, policy.repeatable),
      retryAfterMs: delivered.ok ? null : delivered.retryAfterMs,
    }),
    policy,
    signal,
  );
}

function mayRetry(delivered: DeliveryResult, repeatable: boolean): boolean {
  if (delivered.ok || delivered.permanent === true || delivered.code === 'aborted') return false;
  return delivered.wasSent === false || (delivered.wasSent === 'unknown' && repeatable);
}
