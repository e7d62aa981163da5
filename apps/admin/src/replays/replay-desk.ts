import { compileWorkflow, isWebhookWorkflow, screenRequest, type ParseLimits } from '#engine';
import type { JobProducer } from '#queue';
import { currentTraceparent, newId, type Logger } from '#shared';
import {
  filterJson,
  type QueuedExecution,
  type ReplayableRequest,
  type ReplayRecord,
  type ReplaySelection,
} from '#storage';
import type { AdminStorage } from '../admin-storage.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';

export interface ReplayOptions {
  limits: ParseLimits;
  /** REPLAY_RATE: members a second unless a replay says another rate. */
  rate: number;
  /** For `$env` in filters, besides secrets. */
  allowedVariables: Readonly<Record<string, string>>;
}

/** Who asks for a replay of many, and how. */
export interface ReplayAsked {
  rate: number | undefined;
  createdBy: string;
  idempotencyKey: string | null;
}

/** What people do with what was received: run it again, one or many. */
export class ReplayDesk {
  constructor(
    private readonly storage: Pick<AdminStorage, 'replays' | 'workflows' | 'configuration'>,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly options: ReplayOptions,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * One request again, from gate 14 on, with the current version of its workflow, also of one that is switched off.
   * @returns id of the new execution
   * @throws ApiProblem not_found, not_replayable, no_version, replay_refused
   */
  async replayOne(requestId: string, createdBy: string): Promise<string> {
    const candidate = await this.storage.replays.findReplayable(requestId);
    if (candidate === 'unknown') throw notFound('request', requestId);
    if (candidate === 'not_replayable') {
      const why = 'Only a request that passed verification, with its body kept, can run again';
      throw new ApiProblem('not_replayable', `${why}: ask its sender to send it again.`);
    }
    await this.screen(candidate);
    const started = await this.storage.replays.startOne(candidate, createdBy);
    if (started === null) throw notFound('request', requestId);
    await this.enqueue(started);
    return started.id;
  }

  /** @throws ApiProblem not_found when it names a workflow that does not exist */
  async count(selection: ReplaySelection): Promise<number> {
    await this.workflowOf(selection);
    return this.storage.replays.count(selection);
  }

  /**
   * Many, by the workers.
   * @throws ApiProblem not_found, workflow_disabled, no_version, idempotency_mismatch
   */
  async create(selection: ReplaySelection, asked: ReplayAsked): Promise<{ replay: ReplayRecord; isNew: boolean }> {
    const named = await this.workflowOf(selection);
    if (named && selection.kind === 'requests') {
      if (named.currentVersion === null) throw noVersion();
      if (!named.enabled) {
        const message = `The workflow "${named.key}" is switched off: enable it first, or replay single requests.`;
        throw new ApiProblem('workflow_disabled', message);
      }
    }
    const rate = asked.rate ?? this.options.rate;
    const result = await this.storage.replays.create({ ...selection, ...asked, id: newId(), rate });
    if (!result.isNew && !isSame(result.replay, selection, rate)) {
      throw new ApiProblem('idempotency_mismatch', 'This Idempotency-Key made another replay: send a new key.');
    }
    return result;
  }

  private async workflowOf({ filter: { workflow } }: ReplaySelection) {
    if (workflow === undefined) return null;
    return found(await this.storage.workflows.find(workflow), 'workflow', workflow).workflow;
  }

  private async screen({ request, versionId }: ReplayableRequest): Promise<void> {
    const version = versionId === null ? null : await this.storage.configuration.loadVersion(versionId);
    const compiled = version && compileWorkflow(version.document, { isStored: true });
    if (!compiled?.ok || !isWebhookWorkflow(compiled.workflow)) throw noVersion();
    const screened = screenRequest(request, compiled.workflow, await this.environment(), this.options.limits);
    switch (screened.outcome) {
      case 'wanted':
        return;
      case 'filtered':
        throw refused('the filter of the current version does not want it');
      case 'refused':
        throw refused(`${screened.code}: ${screened.why}`);
      default:
        screened satisfies never;
    }
  }

  private async environment(): Promise<Record<string, string>> {
    return { ...this.options.allowedVariables, ...Object.fromEntries(await this.storage.configuration.loadSecrets()) };
  }

  /** A queue that is away only delays it: the row is committed, the dispatcher finds it. */
  private async enqueue({ id: executionId, attempt }: QueuedExecution): Promise<void> {
    const traceparent = currentTraceparent();
    const job = { executionId, attempt, dedupId: null, urgent: false, ...(traceparent ? { traceparent } : {}) };
    await this.producer.enqueue(job).catch((error: unknown) => {
      this.logger.warn({ err: error, executionId }, 'the queue did not take a replay; the dispatcher will');
    });
  }
}

function isSame(replay: ReplayRecord, selection: ReplaySelection, rate: number): boolean {
  const retry = selection.kind === 'executions' ? [selection.fromNode, selection.version] : [null, 'current'];
  const asked = [selection.kind, Object.entries(filterJson(selection.filter)), retry, rate];
  const known = [replay.kind, Object.entries(replay.filter), [replay.fromNode, replay.version], replay.rate];
  return JSON.stringify(asked) === JSON.stringify(known);
}

function noVersion(): ApiProblem {
  return new ApiProblem('no_version', 'The workflow was archived, has only drafts, or its version does not run here.');
}

function refused(why: string): ApiProblem {
  return new ApiProblem('replay_refused', `Nothing was started: ${why}. Apply a version that takes it first.`);
}
