import type { Json, JsonObject } from '#shared';
import type { NodeError } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';

/**
 * The outcome of an effect that did not work: `aborted` when it was stopped, done with the failure as result when the
 * config ignores failures, else `status`. The result is `{message, code}` and what `shown` adds.
 */
export function effectFailure(
  error: { code: string; message: string; detail?: Json },
  {
    ignoreFail,
    status = 'failed',
    shown = {},
  }: { ignoreFail: boolean; status?: 'failed' | 'error'; shown?: JsonObject },
): Outcome {
  const nodeError: NodeError = error;
  const result: JsonObject = { message: error.message, code: error.code, ...shown };
  if (error.code === 'aborted') return { kind: 'fail', status: 'aborted', error: nodeError, result };
  return ignoreFail ? { kind: 'done', result } : { kind: 'fail', status, error: nodeError, result };
}
