import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { NewTask, Write } from '../contract/write.js';
import type { SecretMask } from './mask-secrets.js';

/**
 * A write as it may lie in the database for people to see. Tasks show no secret. A child's `$context` is recorded as it is,
 * and the child would not know what to mask in its own node runs: one that holds a secret is refused. Records hold what
 * their author puts in.
 *
 * @throws EngineError `secret_in_context`
 */
export function guardWrite(write: Write, mask: SecretMask): Write {
  if (write.kind === 'open_tasks') {
    return { ...write, tasks: mask.json(write.tasks as unknown as Json) as unknown as readonly NewTask[] };
  }
  if (write.kind === 'start_execution' && mask.json(write.context) !== write.context) {
    const message =
      'The context for the subflow holds a secret, and would be stored with it. Leave it out: the other workflow reads {{$env.NAME}} itself.';
    throw new EngineError('secret_in_context', message);
  }
  return write;
}
