import { isEnding, nodeRegistry, nodesBeside, precedingRuns } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { ConfigurationStore, ExecutionStore, HistoryStore, WorkflowStore } from '../contract.js';
import type { RetryPlan } from '../replays/contract.js';

/** What a plan is made from. */
export interface RetrySources {
  history: Pick<HistoryStore, 'findExecution'>;
  executions: Pick<ExecutionStore, 'loadJournal'>;
  configuration: Pick<ConfigurationStore, 'loadVersion'>;
  workflows: Pick<WorkflowStore, 'find'>;
}

/** The visits that a retry of an ended execution from this node need not make again, see `precedingRuns`. */
export async function planRetry(
  sources: RetrySources,
  executionId: string,
  nodeKey: string,
  version: 'same' | 'current',
): Promise<RetryPlan> {
  const execution = await sources.history.findExecution(executionId);
  if (execution === null) return { kind: 'unknown' };
  if (!isEnding(execution.status)) return { kind: 'open' };
  const document = await documentOf(sources, execution, version);
  if (document === null) return { kind: 'no_version' };
  if (!hasNode(document.nodes, nodeKey)) return { kind: 'no_node' };
  const { runs } = await sources.executions.loadJournal(executionId);
  const restored = precedingRuns(runs, nodeKey, nodesBeside(document.nodes, nodeKey, nodeRegistry));
  return restored === null ? { kind: 'not_visited' } : { kind: 'planned', restored };
}

async function documentOf(
  { configuration, workflows }: RetrySources,
  { versionId, workflowKey }: { versionId: number; workflowKey: string },
  version: 'same' | 'current',
): Promise<JsonObject | null> {
  if (version === 'same') return (await configuration.loadVersion(versionId))?.document ?? null;
  const current = await workflows.find(workflowKey);
  return current === null || current.workflow.currentVersion === null ? null : current.version.document;
}

/** Whether a node of a stored document, in whatever branch, has this key. */
function hasNode(nodes: Json | undefined, key: string): boolean {
  if (!Array.isArray(nodes)) return false;
  return nodes.some((node) => {
    if (!isJsonObject(node)) return false;
    const branches = isJsonObject(node.branches) ? Object.values(node.branches) : [];
    return node.key === key || branches.some((branch) => hasNode(branch, key));
  });
}
