import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { NodeDefinition } from '../contract/node.js';
import type { Fault, NodeDocument } from '../contract/workflow-document.js';
import { pointerTo } from '../expression/json-pointer.js';
import { templateFaults } from '../expression/template.js';
import { DOCUMENTED_NODES } from './documented-names.js';
import { schemaFaults } from './schema-faults.js';
import { unsupported } from './unsupported-faults.js';
import { NODE_SCHEMA, WORKFLOW_LIMITS } from './workflow-document.js';

export type NodeRegistry = ReadonlyMap<string, NodeDefinition>;

/** What a workflow's trigger says about its nodes: some only make sense where a sender waits, others where none does. */
export interface NodePlace {
  readonly trigger: string;
  readonly mode: Json | undefined;
}

interface Walk {
  readonly registry: NodeRegistry;
  readonly place: NodePlace | null;
  readonly keys: Set<string>;
  readonly counters: Map<string, number>;
  readonly faults: Fault[];
  readonly pointers: Map<CompiledNode, string>;
  nodes: number;
}

/** Nodes as compiled and as documents with their defaults; both are only whole when there is no fault. */
export interface CompiledNodes {
  /** Where each compiled node stands in the document. */
  readonly pointers: ReadonlyMap<CompiledNode, string>;
  /** Keys of what could not be compiled: nothing can be said about references to them. */
  readonly unknown: ReadonlySet<string>;
  readonly nodes: CompiledNode[];
  readonly documents: NodeDocument[];
  readonly faults: Fault[];
}

/**
 * Compiles a list of nodes and their branches. A node without a key gets `<type>_<n>`, counted in the order of the
 * document, so that the same document always gets the same keys.
 *
 * @param place null when the trigger is none that this release knows, and nothing can be said about who waits
 */
export function compileNodes(nodes: Json | undefined, registry: NodeRegistry, place: NodePlace | null): CompiledNodes {
  const walk: Walk = {
    registry,
    place,
    keys: new Set(),
    counters: new Map(),
    faults: [],
    pointers: new Map(),
    nodes: 0,
  };
  collectKeys(nodes, '/nodes', 1, walk);
  const list = compileList(nodes, '/nodes', 1, walk);
  if (walk.nodes > WORKFLOW_LIMITS.nodes) {
    walk.faults.push({ pointer: '/nodes', code: 'limit', message: `write at most ${WORKFLOW_LIMITS.nodes} nodes` });
  }
  const { pointers, faults } = walk;
  const compiled = new Set(keysOf(list.nodes));
  const unknown = new Set([...walk.keys].filter((key) => !compiled.has(key)));
  return { ...list, pointers, unknown, faults };
}

function keysOf(nodes: readonly CompiledNode[]): string[] {
  return nodes.flatMap(({ key, branches }) => [key, ...Object.values(branches).flatMap(keysOf)]);
}

function collectKeys(nodes: Json | undefined, pointer: string, depth: number, walk: Walk): void {
  if (!Array.isArray(nodes) || depth > WORKFLOW_LIMITS.nesting) return;
  for (const [index, node] of nodes.entries()) {
    if (!isJsonObject(node)) continue;
    const here = pointerTo(pointer, index);
    if (typeof node.key === 'string') {
      if (walk.keys.has(node.key)) {
        walk.faults.push({
          pointer: `${here}/key`,
          code: 'duplicate',
          message: `choose another key than "${node.key}"`,
        });
      }
      walk.keys.add(node.key);
    }
    for (const [name, branch] of branchesOf(node))
      collectKeys(branch, `${pointerTo(`${here}/branches`, name)}`, depth + 1, walk);
  }
}

function branchesOf(node: JsonObject): [string, Json][] {
  return isJsonObject(node.branches) ? Object.entries(node.branches) : [];
}

type NodeList = Pick<CompiledNodes, 'nodes' | 'documents'>;

function compileList(nodes: Json | undefined, pointer: string, depth: number, walk: Walk): NodeList {
  const list: NodeList = { nodes: [], documents: [] };
  if (!Array.isArray(nodes)) return list;
  if (depth > WORKFLOW_LIMITS.nesting) {
    if (nodes.length > 0) {
      walk.faults.push({
        pointer,
        code: 'limit',
        message: `nest branches at most ${WORKFLOW_LIMITS.nesting} levels deep`,
      });
    }
    return list;
  }
  for (const [index, node] of nodes.entries()) {
    walk.nodes += 1;
    // What is beyond the limit would only make an answer of megabytes.
    if (walk.nodes > WORKFLOW_LIMITS.nodes) break;
    const compiled = compileNode(node, pointerTo(pointer, index), depth, walk);
    if (compiled === null) continue;
    list.documents.push(compiled.document);
    if (compiled.node !== null) list.nodes.push(compiled.node);
  }
  return list;
}

function compileNode(
  node: Json,
  pointer: string,
  depth: number,
  walk: Walk,
): { node: CompiledNode | null; document: NodeDocument } | null {
  walk.faults.push(...schemaFaults(NODE_SCHEMA, node, pointer));
  if (!isJsonObject(node) || typeof node.type !== 'string') return null;
  const definition = walk.registry.get(node.type);
  const document: NodeDocument = {
    key: typeof node.key === 'string' ? node.key : generateKey(node.type, walk),
    type: node.type,
    ...(typeof node.title === 'string' ? { title: node.title } : {}),
    config: isJsonObject(node.config) ? node.config : {},
    branches: {},
  };
  const branches: Record<string, readonly CompiledNode[]> = {};
  for (const [name, branch] of branchesOf(node)) {
    const list = compileList(branch, pointerTo(`${pointer}/branches`, name), depth + 1, walk);
    if (name === '__proto__') continue;
    document.branches[name] = list.documents;
    branches[name] = list.nodes;
  }
  checkNode(definition, document, node, pointer, walk);
  if (definition === undefined) return { node: null, document };
  const { key, type, config } = document;
  const compiled = Object.freeze({ key, type, definition, config, branches: Object.freeze(branches) });
  walk.pointers.set(compiled, pointer);
  return { node: compiled, document };
}

function generateKey(type: string, walk: Walk): string {
  const safe = type.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 48);
  let count = walk.counters.get(safe) ?? 0;
  let key: string;
  do {
    count += 1;
    key = `${safe}_${count}`;
  } while (walk.keys.has(key));
  walk.counters.set(safe, count);
  walk.keys.add(key);
  return key;
}

function checkNode(
  definition: NodeDefinition | undefined,
  document: NodeDocument,
  node: JsonObject,
  pointer: string,
  walk: Walk,
): void {
  if (definition === undefined) {
    walk.faults.push(unknownNode(document.type, pointer, walk.registry));
    return;
  }
  const faults = [
    ...(node.config === undefined || isJsonObject(node.config)
      ? configFaults(definition, document, `${pointer}/config`)
      : []),
    ...branchFaults(definition, document, `${pointer}/branches`),
  ];
  const misplaced = placeFault(definition, walk.place);
  if (misplaced !== null) faults.push({ pointer: `${pointer}/type`, code: 'invalid', message: misplaced });
  walk.faults.push(...faults);
}

/** Why a node has no place in a workflow with this trigger and mode, null when it has. */
function placeFault(definition: NodeDefinition, place: NodePlace | null): string | null {
  if (place === null) return null;
  const { type, triggers, suspends } = definition;
  if (triggers?.includes(place.trigger) === false) {
    return `a ${type} node needs a trigger of type ${triggers.join(' or ')}`;
  }
  if (type === 'response' && place.mode !== 'sync') {
    return 'a response node needs "mode: sync"; an async trigger answers with trigger.response';
  }
  if (suspends !== true || place.mode !== 'sync') return null;
  return `a ${type} node waits longer than a sender does; remove it or use "mode: async"`;
}

function unknownNode(type: string, pointer: string, registry: NodeRegistry): Fault {
  if (DOCUMENTED_NODES.has(type)) return unsupported(`${pointer}/type`, `the node "${type}"`);
  const message = `there is no node "${type}"; known are ${[...registry.keys()].join(', ')}`;
  return { pointer: `${pointer}/type`, code: 'unknown_node', message };
}

function configFaults(definition: NodeDefinition, document: NodeDocument, pointer: string): Fault[] {
  const { config } = document;
  const faults = schemaFaults(definition.configSchema, config, pointer);
  for (const [name, value] of Object.entries(config)) {
    if (definition.raw?.includes(name) === true) continue;
    const inner = pointerTo(pointer, name);
    for (const fault of templateFaults(value)) {
      faults.push({ pointer: inner + fault.pointer, code: 'syntax', message: fault.message });
    }
  }
  // A definition's own check may rely on the shape that its schema promises.
  if (faults.length > 0 || definition.check === undefined) return faults;
  return definition.check(config, document).map((fault) => ({ ...fault, pointer: pointer + fault.pointer }));
}

function branchFaults(definition: NodeDefinition, document: NodeDocument, pointer: string): Fault[] {
  if (definition.branches === 'any' && definition.branchesOf === undefined) return [];
  const isRejecting = document.config.rejectOnFalse === true;
  const allowed = isRejecting ? [] : allowedBranches(definition, document.config);
  return Object.keys(document.branches)
    .filter((name) => !allowed.includes(name))
    .map((name) => ({
      pointer: pointerTo(pointer, name),
      code: 'invalid' as const,
      message: branchMessage(allowed, isRejecting),
    }));
}

function allowedBranches({ branches, branchesOf }: NodeDefinition, config: JsonObject): readonly string[] {
  if (branchesOf !== undefined) return branchesOf(config);
  return branches === 'any' ? [] : branches;
}

function branchMessage(allowed: readonly string[], isRejecting: boolean): string {
  if (isRejecting) return 'a node with "rejectOnFalse" has no branches; remove it';
  return allowed.length === 0 ? 'this node has no branches; remove it' : `use one of ${allowed.join(', ')}`;
}
