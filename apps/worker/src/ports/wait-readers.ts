import { LostClaim, type EnginePorts } from '#engine';
import { StorageUnavailable, type ExecutionStore, type TaskStore } from '#storage';

/** What nodes that wait for people and for other executions read when they are woken. */
export function createWaitReaders(storage: {
  tasks: Pick<TaskStore, 'statesOf'>;
  executions: Pick<ExecutionStore, 'findEnding'>;
}): Pick<EnginePorts, 'tasks' | 'executions'> {
  return {
    tasks: { find: (nodeRunId) => storage.tasks.statesOf(nodeRunId).catch(letGo) },
    executions: { find: (executionId) => storage.executions.findEnding(executionId).catch(letGo) },
  };
}

/** An event does not fail because the database is away: the execution is recovered, and asks again when it is back. */
function letGo(error: unknown): never {
  throw error instanceof StorageUnavailable ? new LostClaim() : error;
}
