import type { Json } from '#shared';
import type { StartedExecution } from '../contract.js';

/** What a write gave, and the executions that it started. */
export interface AppliedWrite {
  result: Json;
  started: readonly StartedExecution[];
}
