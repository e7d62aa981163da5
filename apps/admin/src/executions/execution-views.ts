import {
  compileWorkflow,
  deriveContext,
  givenContext,
  type CompiledWorkflow,
  type NodeError,
  type NodeRunRecord,
  type ParseLimits,
  type Reply,
} from '#engine';
import type { Json } from '#shared';
import type { ConfigurationStore, ExecutionDetail, ExecutionRecord, HistoryStore } from '#storage';

/** An execution as the API shows it. */
export interface ExecutionView extends ExecutionRecord {
  context: Json;
  reply: Reply | null;
  output: Json;
  error: NodeError | null;
  previousExecutionId: string | null;
  replayId: string | null;
  nodeRuns: NodeRunRecord[];
}

const COMPILED_KEPT = 100;

/** Executions with the `$context` they had: derived from the stored request by the function that the worker uses. */
export class ExecutionViews {
  private readonly compiled = new Map<number, CompiledWorkflow | null>();

  constructor(
    private readonly history: Pick<HistoryStore, 'findExecution'>,
    private readonly configuration: Pick<ConfigurationStore, 'loadVersion'>,
    private readonly limits: ParseLimits,
  ) {}

  /** Null when there is no such execution. */
  async detail(id: string): Promise<ExecutionView | null> {
    const found = await this.history.findExecution(id);
    if (!found) return null;
    return {
      ...executionRecord(found),
      context: await this.contextOf(found),
      reply: found.reply,
      output: found.output,
      error: found.error,
      previousExecutionId: found.previousExecutionId,
      replayId: found.replayId,
      nodeRuns: found.nodeRuns,
    };
  }

  /** Null when the request is gone, or the version does not compile on this release. */
  private async contextOf(execution: ExecutionDetail): Promise<Json> {
    if (!execution.request && execution.requestId !== null) return null;
    const workflow = await this.workflowOf(execution.versionId);
    if (!workflow) return execution.request ? null : execution.input;
    if (!execution.request) return givenContext(workflow, execution.input);
    const derived = deriveContext(execution.request, workflow, this.limits);
    return derived.ok ? (derived.context as unknown as Json) : null;
  }

  private async workflowOf(versionId: number): Promise<CompiledWorkflow | null> {
    const known = this.compiled.get(versionId);
    if (known !== undefined) return known;
    const version = await this.configuration.loadVersion(versionId);
    const result = version ? compileWorkflow(version.document, { isStored: true }) : null;
    const workflow = result?.ok ? result.workflow : null;
    const oldest = this.compiled.keys().next();
    if (this.compiled.size >= COMPILED_KEPT && !oldest.done) this.compiled.delete(oldest.value);
    this.compiled.set(versionId, workflow);
    return workflow;
  }
}

/** The fields of a list item, and no others. */
export function executionRecord(record: ExecutionRecord): ExecutionRecord {
  const { id, workflowKey, version, status, reason, requestId, createdAt, startedAt, endedAt } = record;
  return { id, workflowKey, version, status, reason, requestId, createdAt, startedAt, endedAt };
}
