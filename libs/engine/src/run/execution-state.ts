import type { Json } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { ExecutionInput } from '../contract/execution.js';
import type { Scope } from '../contract/scope.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { createSystemScope } from '../expression/system-scope.js';
import { createSecretMask, type SecretMask } from './mask-secrets.js';
import { nodeTypeOf } from './node-type-of.js';
import { RestoredRuns } from './restored-runs.js';
import { StateSize } from './state-size.js';

/** What one execution knows while it runs. Only the loop changes it. */
export interface ExecutionState {
  readonly input: ExecutionInput;
  readonly scope: Scope;
  readonly mask: SecretMask;
  readonly size: StateSize;
  /** Records that no journal entry holds yet, by id, in the order of their visits. */
  unjournaled: Map<string, NodeRunRecord>;
  /** What earlier attempts recorded; null for a fresh run. */
  readonly restored: RestoredRuns | null;
  /** Visits that are waiting or have branches running inside, by id. */
  readonly open: Map<string, NodeRunRecord>;
  /** The journal entry under way: entries are written one after the other. */
  journaling: Promise<unknown>;
  steps: number;
  output: Json;
  readonly messages: Json[];
}

/** The state of an execution that has not visited a node. */
export function createExecutionState(input: ExecutionInput): ExecutionState {
  const restored = indexRestored(input.restored, input.workflow);
  const waiting = restored === null ? [] : [...restored.all()].filter((run) => run.status === 'pending');
  return {
    input,
    scope: createScope(input),
    mask: createSecretMask(input.env),
    size: new StateSize(input.limits),
    unjournaled: new Map(),
    restored,
    open: new Map(waiting.map((run) => [run.id, run])),
    journaling: Promise.resolve(),
    steps: 0,
    output: null,
    messages: [],
  };
}

/** The key of a workflow; an unsaved document may have none. */
export function workflowKeyOf(workflow: CompiledWorkflow): string {
  return workflow.document.key ?? '';
}

/** After every time that is written. */
const NEVER = '~';

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * In the order in which they settled: branches that ran at once left their results in that order. Null when there is nothing, so that a fresh run pays nothing. A retry may run on another version: a record whose key
 * now belongs to a node of another type, or to none, says nothing about it.
 */
function indexRestored(runs: readonly NodeRunRecord[] | undefined, workflow: CompiledWorkflow): RestoredRuns | null {
  if (runs === undefined || runs.length === 0) return null;
  const known = runs
    .filter((run) => nodeTypeOf(workflow, run.nodeKey) === run.type)
    .sort((a, b) => compareText(a.endedAt ?? NEVER, b.endedAt ?? NEVER));
  return new RestoredRuns(known);
}

function createScope(input: ExecutionInput): Scope {
  const { workflow, execution, context, env, ports } = input;
  return {
    $context: context,
    // No prototype: a node may be called `constructor`, and an absent one must be absent.
    $jobsMapByNodeKey: Object.create(null) as Record<string, Json>,
    $scopes: Object.create(null) as Record<string, Json>,
    $env: env.values,
    $system: createSystemScope(ports.now),
    $execution: { id: execution.id, workflowKey: workflowKeyOf(workflow), version: execution.version },
  };
}
