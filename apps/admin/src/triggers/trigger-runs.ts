import type { NodeRunRecord } from '#engine';
import { isEnding } from '#engine';
import { newId, type Json, type JsonObject } from '#shared';
import type { BoundWorkflow, ExecutionDetail, TriggerStore } from '#storage';
import type { AdminStorage } from '../admin-storage.js';
import type { AwaitedRuns } from '../workflows/awaited-runs.js';

/** What became of an execution that somebody asked for. */
export interface TriggeredRun {
  workflowKey: string;
  executionId: string;
  /** As it is when the wait is over; `queued` when nobody waits. */
  status: string;
  /** It ended in an end node, whatever its status. */
  reachedEnd: boolean;
  /** What its response-message nodes said, in their order. */
  messages: Json[];
  output: Json;
}

/** As for webhooks, when a binding does not say. Milliseconds. */
const DEFAULT_WAIT = 30_000;

/** Runs bound workflows on a worker, for a caller who waits or does not. */
export class TriggerRuns {
  constructor(
    private readonly storage: Pick<AdminStorage, 'history'> & { triggers: Pick<TriggerStore, 'start'> },
    private readonly runs: Pick<AwaitedRuns, 'run' | 'enqueue'>,
  ) {}

  /** Starts it in its mode: an async one is not waited for, a sync one up to its time-out. */
  async start(bound: BoundWorkflow, context: JsonObject): Promise<TriggeredRun> {
    const { workflowKey, mode } = bound;
    const id = newId();
    const create = (replyTo: string | null) => this.storage.triggers.start({ ...target(bound, id, context), replyTo });
    if (mode === 'sync') {
      await this.runs.run(id, waitOf(bound.config), 'ended', create);
      const found = await this.storage.history.findExecution(id);
      return found === null ? unknownRun(workflowKey, id) : triggeredRun(found);
    }
    await create(null);
    await this.runs.enqueue(id, false);
    return { ...unknownRun(workflowKey, id), status: 'queued' };
  }
}

function target({ workflowId, versionId, mode }: BoundWorkflow, id: string, input: Json) {
  return { id, workflowId, versionId, mode, input };
}

function waitOf({ timeoutMs }: JsonObject): number {
  return typeof timeoutMs === 'number' ? timeoutMs : DEFAULT_WAIT;
}

/** An execution that was deleted as soon as it ended says nothing of itself. */
function unknownRun(workflowKey: string, executionId: string): TriggeredRun {
  return { workflowKey, executionId, status: 'unknown', reachedEnd: false, messages: [], output: null };
}

function triggeredRun({ id, workflowKey, status, nodeRuns, output }: ExecutionDetail): TriggeredRun {
  const messages = nodeRuns.filter(isMessage).map(({ result }) => result);
  const reachedEnd = isEnding(status) && nodeRuns.some(({ type, status: run }) => type === 'end' && run !== 'pending');
  return { workflowKey, executionId: id, status, reachedEnd, messages, output };
}

function isMessage({ type, status }: NodeRunRecord): boolean {
  return type === 'response-message' && status === 'resolved';
}
