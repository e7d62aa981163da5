import type { RunnableExecution } from '#storage';

/** An async execution started by hand that nobody ran yet. */
export function runnableExecution(changes: Partial<RunnableExecution> = {}): RunnableExecution {
  return {
    id: 'e',
    status: 'queued',
    attempt: 0,
    leaseId: null,
    workflowId: 1,
    workflowKey: 'k',
    versionId: 1,
    version: 1,
    mode: 'async',
    replyTo: null,
    dedupId: null,
    createdAt: new Date(),
    startedAt: null,
    expiresInMs: null,
    lostWorkers: 0,
    parentExecutionId: null,
    loadedAt: new Date(),
    request: null,
    input: null,
    ...changes,
  };
}
