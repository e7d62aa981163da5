import { EngineError, isEnding } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { BoundWorkflow, CollectionStore, TriggerStore } from '#storage';
import type { Principal } from '../auth/key-ring.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import type { TriggeredRun, TriggerRuns } from './trigger-runs.js';

/** Records that a call brings, and how many its workflows take. */
type CalledRecords =
  | { kind: 'none'; data: Json }
  | { kind: 'single'; collection: string; id: string }
  | { kind: 'multiple'; collection: string; ids: readonly string[] };

/** Starts workflows that somebody asks for by name. */
export class TriggerDesk {
  constructor(
    private readonly collections: Pick<CollectionStore, 'findRecord'>,
    private readonly triggers: Pick<TriggerStore, 'findBound'>,
    private readonly runs: Pick<TriggerRuns, 'start'>,
  ) {}

  /**
   * Runs the named custom actions one after the other, as the call has them.
   *
   * @returns what became of each; an execution that is still going on is not waited for any longer
   * @throws ApiProblem not_found (a record, or a workflow that takes no such call), invalid_request, intercepted,
   *   trigger_failed: a sync one did not resolve, and those behind it were not started
   */
  async trigger(keys: readonly string[], called: CalledRecords, caller: Principal): Promise<TriggeredRun[]> {
    const workflows = await this.findAll(keys, called);
    const data = await this.dataOf(called);
    const runs: TriggeredRun[] = [];
    for (const workflow of workflows) {
      const run = await this.runs.start(workflow, { data, user: caller.name, roleName: caller.role });
      refuseFailed(run);
      runs.push(run);
    }
    return runs;
  }

  /** Submits a record. @throws ApiProblem not_found */
  async submit(
    { workflow: key, comment }: { workflow: string; comment?: string },
    { collection, id }: { collection: string; id: string },
    caller: Principal,
  ): Promise<TriggeredRun> {
    const bound = await this.triggers.findBound('approval', collection);
    const workflow = bound.find(({ workflowKey }) => workflowKey === key);
    if (workflow === undefined) throw notFound(`switched-on approval of "${collection}" with the key`, key);
    return this.runs.start(workflow, {
      data: await this.findRecord(collection, id),
      ...{ applicant: caller.name, roleName: caller.role, comment: comment ?? null },
      submittedAt: new Date().toISOString(),
    });
  }

  private async findAll(keys: readonly string[], called: CalledRecords): Promise<BoundWorkflow[]> {
    if (keys.length === 0) {
      const message = 'Name workflows: ?triggerWorkflows=key1,key2.';
      throw new ApiProblem('invalid_request', message, [{ pointer: '/triggerWorkflows', code: 'missing', message }]);
    }
    const collection = called.kind === 'none' ? undefined : called.collection;
    const bound = await this.triggers.findBound('custom-action', collection);
    return keys.map((key) => {
      const workflow = bound.find(({ workflowKey, events }) => workflowKey === key && events.includes(called.kind));
      if (workflow !== undefined) return workflow;
      const what = called.kind === 'none' ? 'no records' : `${called.kind} records of "${called.collection}"`;
      throw notFound(`switched-on custom action for ${what} with the key`, key);
    });
  }

  private async dataOf(called: CalledRecords): Promise<Json> {
    if (called.kind === 'none') return called.data;
    if (called.kind === 'single') return this.findRecord(called.collection, called.id);
    const records: JsonObject[] = [];
    for (const id of called.ids) records.push(await this.findRecord(called.collection, id));
    return records;
  }

  private async findRecord(collection: string, id: string): Promise<JsonObject> {
    try {
      return found(await this.collections.findRecord(collection, id), 'record', id);
    } catch (error) {
      throw error instanceof EngineError ? notFound('collection', collection) : error;
    }
  }
}

/** Only who waited learns of a failure: an end node refuses, anything else is a fault of the workflow. */
function refuseFailed({ workflowKey, executionId, status, reachedEnd, messages }: TriggeredRun): void {
  if (!isEnding(status) || status === 'resolved') return;
  const errors = messages.map((message) => ({
    message: typeof message === 'string' ? message : JSON.stringify(message),
  }));
  const isRefusal = status === 'failed' && reachedEnd;
  const detail = errors.map(({ message }) => message).join(' ') || `The workflow "${workflowKey}" ended ${status}.`;
  const code = isRefusal ? 'intercepted' : 'trigger_failed';
  throw new ApiProblem(code, detail, undefined, {}, { errors, executionId });
}
