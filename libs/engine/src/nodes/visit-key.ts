import { createHash } from 'node:crypto';
import type { NodeRunContext } from '../contract/node.js';

/** 40 hex characters, the same for every try of this visit, also after the execution moved to another worker. */
export function visitKey({ execution, node }: Pick<NodeRunContext, 'execution' | 'node'>): string {
  return createHash('sha256')
    .update(JSON.stringify([execution.id, node.key, node.rounds]))
    .digest('hex')
    .slice(0, 40);
}
