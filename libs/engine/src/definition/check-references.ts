import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { Fault } from '../contract/workflow-document.js';
import { pointerTo } from '../expression/json-pointer.js';
import { parsePath } from '../expression/parse-path.js';
import { templateReferences } from '../expression/template.js';

/** What a node may refer to: nodes that may have run before it, and loops around it. */
interface View {
  readonly ran: ReadonlySet<string>;
  readonly loops: ReadonlySet<string>;
}

interface Tree {
  readonly nodes: readonly CompiledNode[];
  readonly pointers: ReadonlyMap<CompiledNode, string>;
  /** Keys of nodes that have faults of their own; they may be referred to. */
  readonly unknown: ReadonlySet<string>;
}

interface Known {
  readonly all: ReadonlyMap<string, CompiledNode>;
  readonly pointers: ReadonlyMap<CompiledNode, string>;
  readonly unknown: ReadonlySet<string>;
}

/**
 * References to results of nodes that are not there or cannot have run, and to `$scopes` of what is no loop around: each
 * would always find nothing. What a node that is around, beside in a parallel or before left behind may be there; in a
 * loop also what comes later, from the round before. An assignment must name a node that declares a variable.
 */
export function checkReferences({ nodes, pointers, unknown }: Tree): Fault[] {
  const all = new Map([...pointers.keys()].map((node) => [node.key, node]));
  const faults: Fault[] = [];
  checkList(nodes, { ran: unknown, loops: unknown }, { all, pointers, unknown }, faults);
  return faults;
}

function checkList(nodes: readonly CompiledNode[], view: View, known: Known, faults: Fault[]): void {
  const ran = new Set(view.ran);
  for (const node of nodes) {
    const inner = viewWithin(node, { ran, loops: view.loops });
    faults.push(...faultsOf(node, node.definition.repeats ? inner : { ...view, ran }, known));
    for (const branch of Object.values(node.branches)) checkList(branch, inner, known, faults);
    ran.add(node.key);
    for (const branch of Object.values(node.branches)) collectKeys(branch, ran);
  }
}

function viewWithin(node: CompiledNode, { ran, loops }: View): View {
  const within = new Set(ran).add(node.key);
  if (node.definition.repeats || node.definition.concurrent) {
    for (const branch of Object.values(node.branches)) collectKeys(branch, within);
  }
  return { ran: within, loops: node.definition.repeats ? new Set(loops).add(node.key) : loops };
}

function faultsOf(node: CompiledNode, view: View, known: Known): Fault[] {
  const pointer = `${known.pointers.get(node) ?? ''}/config`;
  const code = new Set(node.definition.code ?? []);
  const faults = Object.entries(node.config).flatMap(([name, value]) => {
    if (code.has(name)) return [];
    return templateReferences(value).flatMap(({ path, pointer: inner }): Fault[] => {
      const message = fault(path, view, known);
      return message === null ? [] : [{ pointer: pointerTo(pointer, name) + inner, code: 'invalid', message }];
    });
  });
  return [...faults, ...targetFaults(node, pointer, known)];
}

function fault(path: string, { ran, loops }: View, known: Known): string | null {
  const segments = parsePath(path) ?? [];
  const [root, key] = segments[0] === 'ctx' ? segments.slice(1) : segments;
  if (key === undefined) return null;
  if (root === '$jobsMapByNodeKey' && !ran.has(key)) {
    return known.all.has(key) ? `the node "${key}" cannot have run before this one` : `there is no node "${key}"`;
  }
  if (root === '$scopes' && !loops.has(key)) return `there is no loop "${key}" around this node`;
  return null;
}

function targetFaults({ definition, config }: CompiledNode, pointer: string, { all, unknown }: Known): Fault[] {
  const { target } = config;
  if (definition.type !== 'variable' || typeof target !== 'string' || unknown.has(target)) return [];
  const declaring = all.get(target);
  if (declaring?.definition.type === 'variable') return [];
  const why = declaring === undefined ? 'there is no node' : 'no variable is declared by the node';
  return [{ pointer: `${pointer}/target`, code: 'invalid', message: `${why} "${target}"` }];
}

function collectKeys(nodes: readonly CompiledNode[], keys: Set<string>): void {
  for (const node of nodes) {
    keys.add(node.key);
    for (const branch of Object.values(node.branches)) collectKeys(branch, keys);
  }
}
