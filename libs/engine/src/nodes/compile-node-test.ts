import { newId, type Json, type JsonObject } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Fault } from '../contract/workflow-document.js';
import { compileWorkflow } from './compile-workflow.js';

/** One node to be tried by itself. */
export interface NodeTestDocument {
  type: string;
  config: JsonObject;
  /** Results of nodes before it, by key: what `$jobsMapByNodeKey` shows it. */
  results: Record<string, Json>;
}

/**
 * A workflow of the one node, key `testedKey`, behind nodes that `restored` says have run with the given results; or its
 * faults, pointers relative to the {@link NodeTestDocument}.
 */
export type CompiledNodeTest =
  | { ok: true; workflow: CompiledWorkflow; restored: NodeRunRecord[]; testedKey: string }
  | { ok: false; faults: Fault[] };

/** Compiles the test of a node against the registered nodes. Whether the node may be tested is not asked here. */
export function compileNodeTest({ type, config, results }: NodeTestDocument): CompiledNodeTest {
  const keys = Object.keys(results);
  const testedKey = freeKey(keys);
  const compiled = compileWorkflow({
    key: 'node-test',
    trigger: { type: 'webhook', mode: 'async' },
    nodes: [...keys.map((key) => ({ key, type: 'variable', config: {} })), { key: testedKey, type, config }],
  });
  if (!compiled.ok) return { ok: false, faults: compiled.faults.map((fault) => relocate(fault, keys)) };
  return {
    ok: true,
    workflow: compiled.workflow,
    restored: keys.map((key) => earlierRun(key, results[key]!)),
    testedKey,
  };
}

function freeKey(taken: readonly string[]): string {
  let key = 'tested';
  while (taken.includes(key)) key += '_';
  return key;
}

/** From a place in the workflow to one in the test: nodes before the last stand for results. */
function relocate(fault: Fault, keys: readonly string[]): Fault {
  const [, nodes, index, ...rest] = fault.pointer.split('/');
  if (nodes !== 'nodes' || index === undefined) return { ...fault, pointer: '' };
  const key = keys[Number(index)];
  if (key === undefined) return { ...fault, pointer: rest.map((part) => `/${part}`).join('') };
  return { ...fault, pointer: `/results/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` };
}

function earlierRun(nodeKey: string, result: Json): NodeRunRecord {
  const at = new Date(0).toISOString();
  return {
    id: newId(),
    nodeKey,
    type: 'variable',
    status: 'resolved',
    input: {},
    result,
    error: null,
    log: null,
    startedAt: at,
    endedAt: at,
  };
}
