import type { OutsideEnding } from '#storage';
import type { DispatcherParts } from './dispatcher-parts.js';
import { PAGE } from './page.js';

const PARENT_ABORTED: OutsideEnding = {
  status: 'aborted',
  reason: 'parent_aborted',
  error: {
    code: 'parent_aborted',
    message: 'The execution that waited for this one ended, or does not need it any more.',
  },
};

/** Ends children whose parent ended without them; their own children are orphans then. */
export async function endOrphans(
  parts: Pick<DispatcherParts, 'dispatch' | 'executions' | 'replies' | 'logger'>,
): Promise<void> {
  const { dispatch, executions, replies, logger } = parts;
  for (const executionId of await dispatch.findOrphans(PAGE)) {
    const result = await executions.endFromOutside(executionId, PARENT_ABORTED);
    if (result.kind !== 'ended') continue;
    logger.info({ executionId, status: PARENT_ABORTED.status }, 'execution ended with its parent');
    if (result.replyTo) await replies.publish(result.replyTo, executionId);
  }
}
