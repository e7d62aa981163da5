import type { JobProducer, ReplyChannel } from '#queue';
import type { Logger } from '#shared';
import type { DispatchStore, ExecutionStore } from '#storage';

/** What a dispatcher looks at and acts on. */
export interface DispatcherParts {
  dispatch: Pick<
    DispatchStore,
    'findQueued' | 'findLost' | 'requeueLost' | 'resumeDue' | 'findExpired' | 'findOrphans'
  >;
  executions: Pick<ExecutionStore, 'endFromOutside' | 'loadJournal'>;
  producer: Pick<JobProducer, 'enqueue' | 'findMissing'>;
  replies: Pick<ReplyChannel, 'publish'>;
  /** Age under which a waiting execution may still be on its way into the queue. Milliseconds. */
  strandedAfterMs: number;
  leaseTtlMs: number;
  logger: Logger;
}
