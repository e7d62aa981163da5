import type { Json, JsonObject } from '#shared';
import type { NodeDefinition, NodeRunContext } from '../contract/node.js';
import type { Scope } from '../contract/scope.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { EnginePorts } from '../contract/ports.js';
import { createSystemScope } from '../expression/system-scope.js';
import { renderConfig } from '../run/render-config.js';
import { fakePorts } from './fake-ports.js';

/** What a node under test meets; everything left out is a fake or empty. */
export interface NodeTest {
  config: JsonObject;
  /** `$context`. */
  context?: Json;
  /** Results of nodes that ran before, by key. */
  results?: Record<string, Json>;
  env?: Record<string, string>;
  ports?: Partial<EnginePorts>;
  node?: { key?: string; branches?: readonly string[]; runId?: string; rounds?: readonly number[] };
  mode?: 'async' | 'sync';
  signal?: AbortSignal;
  limits?: { scriptWallMs: number };
  /** What the visit showed while it waited: the node is then resumed instead of run. */
  waited?: { result: Json };
}

/** The id of the execution that {@link runNode} pretends to be part of. */
export const TEST_EXECUTION_ID = '0197c0de-0000-7000-8000-000000000001';

/** The id of the visit that {@link runNode} makes. */
export const TEST_RUN_ID = '0197c0de-0000-7000-8000-000000000002';

/** Runs or resumes one node as the loop would, its config rendered against the scope. Its throws come through. */
export async function runNode(definition: NodeDefinition, test: NodeTest): Promise<Outcome> {
  const ports = fakePorts(test.ports);
  const scope: Scope = {
    $context: test.context ?? {},
    $jobsMapByNodeKey: test.results ?? {},
    $scopes: {},
    $env: test.env ?? {},
    $system: createSystemScope(ports.now),
    $execution: { id: TEST_EXECUTION_ID, workflowKey: 'test', version: 1 },
  };
  const context: NodeRunContext = {
    config: renderConfig(definition, test.config, scope),
    node: {
      key: 'under-test',
      type: definition.type,
      branches: definition.branches === 'any' ? [] : definition.branches,
      runId: TEST_RUN_ID,
      rounds: [],
      ...test.node,
    },
    execution: { id: TEST_EXECUTION_ID, workflowKey: 'test', version: 1, mode: test.mode ?? 'sync' },
    scope,
    ports,
    limits: test.limits ?? { scriptWallMs: 10_000 },
    signal: test.signal ?? new AbortController().signal,
  };
  if (test.waited === undefined) return definition.run(context);
  if (definition.resume === undefined) throw new Error(`a node of type ${definition.type} cannot be resumed`);
  return definition.resume(context, { ...waitingRun(context), ...test.waited });
}

function waitingRun({ node, config }: NodeRunContext): NodeRunRecord {
  return {
    id: TEST_RUN_ID,
    nodeKey: node.key,
    type: node.type,
    status: 'pending',
    input: config,
    result: null,
    error: null,
    log: null,
    startedAt: '2026-01-02T03:00:00.000Z',
    endedAt: null,
  };
}
