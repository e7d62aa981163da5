import { randomInt } from 'node:crypto';

/** A key for a workflow that came without one: 11 random characters of base 36, about 57 bits. */
export function newWorkflowKey(): string {
  return Array.from({ length: 11 }, () => randomInt(36).toString(36)).join('');
}
