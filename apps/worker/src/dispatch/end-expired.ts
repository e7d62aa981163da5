import type { OutsideEnding } from '#storage';
import type { DispatcherParts } from './dispatcher-parts.js';
import { PAGE } from './page.js';

/** The worker that runs an execution ends it itself, and tells more of it than can be told from outside. Milliseconds. */
const GRACE = 5_000;

const TIMED_OUT: OutsideEnding = {
  status: 'aborted',
  reason: 'timeout',
  error: { code: 'timeout', message: 'The execution did not end within its time limit.' },
};

/** Ends executions whose time limit passed while they waited, or while their worker did not hear of it. */
export async function endExpired(
  parts: Pick<DispatcherParts, 'dispatch' | 'executions' | 'replies' | 'logger'>,
): Promise<void> {
  const { dispatch, executions, replies, logger } = parts;
  for (const executionId of await dispatch.findExpired(GRACE, PAGE)) {
    const result = await executions.endFromOutside(executionId, TIMED_OUT);
    if (result.kind !== 'ended') continue;
    logger.info({ executionId, status: TIMED_OUT.status }, 'execution passed its time limit');
    if (result.replyTo) await replies.publish(result.replyTo, executionId);
  }
}
