import type { ExecutionJob } from '#queue';
import { createLogger } from '#shared';
import type { QueuedExecution } from '#storage';
import type { DispatcherParts } from '../dispatch/dispatcher-parts.js';

export interface FakeDispatcherParts extends DispatcherParts {
  enqueued: ExecutionJob[];
  /** Arguments of each `endFromOutside`. */
  endings: unknown[][];
  /** Instance and execution of each message. */
  published: string[][];
}

/** Nothing is due and the queue takes everything; each answer can be another one. */
export function dispatcherParts(changes: {
  [part in keyof DispatcherParts]?: Partial<DispatcherParts[part]>;
}): FakeDispatcherParts {
  const enqueued: ExecutionJob[] = [];
  const endings: unknown[][] = [];
  const published: string[][] = [];
  return {
    enqueued,
    endings,
    published,
    dispatch: {
      findQueued: async () => [],
      findLost: async () => [],
      requeueLost: async () => null,
      resumeDue: async () => [],
      findExpired: async () => [],
      findOrphans: async () => [],
      ...changes.dispatch,
    },
    executions: {
      endFromOutside: async (...args) => {
        endings.push(args);
        return { kind: 'ended', replyTo: 'gateway-a' };
      },
      loadJournal: async () => ({ runs: [], nextSeq: 0 }),
      ...changes.executions,
    },
    producer: {
      enqueue: async (job) => void enqueued.push(job),
      findMissing: async (ids) => [...ids],
      ...changes.producer,
    },
    replies: { publish: async (...args) => void published.push(args as string[]) },
    strandedAfterMs: 5_000,
    leaseTtlMs: 15_000,
    logger: createLogger('test', 'silent'),
  };
}

/** The waiting execution of this number, as it was accepted. */
export function queuedExecution(number: number, changes: Partial<QueuedExecution> = {}): QueuedExecution {
  const id = number.toString().padStart(8, '0');
  return { id, attempt: 0, mode: 'async', dedupId: null, chunkId: null, ...changes };
}
