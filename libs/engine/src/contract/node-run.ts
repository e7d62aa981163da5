import type { Json } from '#shared';
import type { NodeRunStatus } from './statuses.js';

/** What a failing node says; `code` is stable, `message` is for people. Secrets are masked before it is stored. */
export interface NodeError {
  code: string;
  message: string;
  detail?: Json;
}

/** One visit of one node, as it is stored and shown. A later record with the same id replaces an earlier one. */
export interface NodeRunRecord {
  /** UUIDv7. */
  id: string;
  nodeKey: string;
  type: string;
  status: NodeRunStatus;
  /** The rendered config, secrets masked. */
  input: Json;
  result: Json;
  error: NodeError | null;
  /** What the node printed (`console.*`), at most RESULT_LIMITS; null when nothing. */
  log: string | null;
  /** ISO 8601 UTC. */
  startedAt: string;
  endedAt: string | null;
}
