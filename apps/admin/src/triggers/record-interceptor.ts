import type { Json, JsonObject, Logger } from '#shared';
import type { TriggerStore } from '#storage';
import type { AdminStorage } from '../admin-storage.js';
import type { Principal } from '../auth/key-ring.js';
import { ApiProblem } from '../http/api-problem.js';
import { concernedWorkflows } from './concerned-workflows.js';
import type { TriggeredRun, TriggerRuns } from './trigger-runs.js';

/** A write to one record that somebody asks for over the API. */
export interface RecordCall {
  collection: string;
  action: 'create' | 'update' | 'destroy';
  caller: Principal;
  /** Keys in `?triggerWorkflows=`. */
  workflows: readonly string[];
  /** Of the record; null when one is created. */
  id: string | null;
  /** What is to be written; null when it is deleted. */
  values: JsonObject | null;
}

/** The answer to a call that a workflow took over: nothing is written. */
export interface InterceptedCall {
  intercepted: true;
  workflow: string;
  executionId: string;
  messages: Json[];
}

const TIMED_OUT = {
  status: 'aborted',
  reason: 'timeout',
  error: { code: 'timeout', message: 'The call that waited for this execution was answered.' },
} as const;

/** What workflows have to say about a record before it is written, and what they do after. */
export class RecordInterceptor {
  constructor(
    private readonly storage: Pick<AdminStorage, 'executions' | 'workflows'> & {
      triggers: Pick<TriggerStore, 'findBound'>;
    },
    private readonly runs: Pick<TriggerRuns, 'start'>,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Runs the workflows that intercept this call, one after the other, until one prevents it.
   *
   * @returns the answer in the call's place; null when it may go on
   * @throws ApiProblem intercepted, interception_failed, invalid_request (a workflow that does not exist)
   */
  async before(call: RecordCall): Promise<InterceptedCall | null> {
    await this.refuseUnknown(call.workflows);
    const bound = await this.storage.triggers.findBound('request-interception', call.collection);
    for (const workflow of concernedWorkflows(bound, call.workflows, call.action)) {
      const run = await this.runs.start(workflow, interceptionContext(call));
      const answer = await this.judge(run);
      if (answer !== null) return answer;
    }
    return null;
  }

  /** Starts what waits for this action; it was done, so nothing that goes wrong here is the caller's. */
  async after(call: RecordCall, record: JsonObject): Promise<void> {
    try {
      const bound = await this.storage.triggers.findBound('action', call.collection);
      const context = { data: record, user: call.caller.name, roleName: call.caller.role };
      for (const workflow of concernedWorkflows(bound, call.workflows, call.action)) {
        await this.runs.start(workflow, context);
      }
    } catch (error) {
      const { collection, action } = call;
      this.logger.warn(
        { err: error, collection, action },
        'a workflow could not be started after a record was written',
      );
    }
  }

  private async refuseUnknown(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      if ((await this.storage.workflows.find(key)) !== null) continue;
      const message = `There is no workflow "${key}".`;
      throw new ApiProblem('invalid_request', message, [{ pointer: '/triggerWorkflows', code: 'invalid', message }]);
    }
  }

  private async judge(run: TriggeredRun): Promise<InterceptedCall | null> {
    const { workflowKey: workflow, executionId, status, reachedEnd, messages } = run;
    if (status === 'resolved') return reachedEnd ? { intercepted: true, workflow, executionId, messages } : null;
    if (status === 'failed' && reachedEnd) {
      const detail = messages.length > 0 ? messages.map(textOf).join(' ') : `The workflow "${workflow}" refuses this.`;
      const errors = (messages.length > 0 ? messages.map(textOf) : [detail]).map((message) => ({ message }));
      throw new ApiProblem('intercepted', detail, undefined, {}, { errors, executionId });
    }
    // Nobody waits for its word any more, and nothing may happen that was answered with a refusal.
    await this.storage.executions.endFromOutside(executionId, TIMED_OUT);
    const detail = `The workflow "${workflow}", which has to agree first, did not come to its end.`;
    throw new ApiProblem('interception_failed', detail, undefined, {}, { executionId });
  }
}

function interceptionContext({ action, caller, id, values }: RecordCall): JsonObject {
  return {
    user: caller.name,
    roleName: caller.role,
    action,
    params: { filterByTk: id, values },
  };
}

function textOf(message: Json): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
