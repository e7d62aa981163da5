import type { Json } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { ExecutionInput } from '../contract/execution.js';
import type { Scope } from '../contract/node.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { createSystemScope } from '../expression/system-scope.js';
import { createSecretMask, type SecretMask } from './mask-secrets.js';
import { indexRestoredVisits, type RestoredVisits } from './restored-visits.js';

/** What one execution knows while it runs. Only the loop changes it. */
export interface ExecutionState {
  readonly input: ExecutionInput;
  readonly scope: Scope;
  readonly mask: SecretMask;
  /** Finished records that no journal entry holds yet, in order. */
  unjournaled: NodeRunRecord[];
  /** What earlier attempts recorded; null for a fresh run. */
  readonly restored: RestoredVisits | null;
  /** Visits made, by node key. */
  readonly visits: Map<string, number>;
  steps: number;
  /** Bytes of JSON recorded so far. */
  bytes: number;
  output: Json;
}

/** The state of an execution that has not visited a node. */
export function createExecutionState(input: ExecutionInput): ExecutionState {
  return {
    input,
    scope: createScope(input),
    mask: createSecretMask(input.env),
    unjournaled: [],
    restored: indexRestoredVisits(input.restored, input.workflow),
    visits: new Map(),
    steps: 0,
    bytes: 0,
    output: null,
  };
}

/** The key of a workflow; an unsaved document may have none. */
export function workflowKeyOf(workflow: CompiledWorkflow): string {
  return workflow.document.key ?? '';
}

function createScope(input: ExecutionInput): Scope {
  const { workflow, execution, context, env, ports } = input;
  return {
    $context: context,
    // No prototype: a node may be called `constructor`, and an absent one must be absent.
    $jobsMapByNodeKey: Object.create(null) as Record<string, Json>,
    $scopes: {},
    $env: env.values,
    $system: createSystemScope(ports.now),
    $execution: { id: execution.id, workflowKey: workflowKeyOf(workflow), version: execution.version },
  };
}
