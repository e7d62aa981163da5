import type { Json, JsonObject } from '#shared';
import type { NodeDefinition, Scope } from '../contract/node.js';
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
  node?: { key?: string; branches?: readonly string[]; visit?: number };
  mode?: 'async' | 'sync';
  signal?: AbortSignal;
  limits?: { scriptWallMs: number };
}

/** The id of the execution that {@link runNode} pretends to be part of. */
export const TEST_EXECUTION_ID = '0197c0de-0000-7000-8000-000000000001';

/** Runs one node as the loop would: config rendered against the scope, then `run`. Its throws come through. */
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
  return definition.run({
    config: renderConfig(definition, test.config, scope),
    node: { key: 'under-test', type: definition.type, branches: definition.branches, visit: 1, ...test.node },
    execution: { id: TEST_EXECUTION_ID, workflowKey: 'test', version: 1, mode: test.mode ?? 'sync' },
    scope,
    ports,
    limits: test.limits ?? { scriptWallMs: 10_000 },
    signal: test.signal ?? new AbortController().signal,
  });
}
