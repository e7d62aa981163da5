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

/**
 * References to results of nodes that are not there or cannot have run, and to `$scopes` of what is no loop around: each
 * would always find nothing. Only for nodes without other faults. What a node that is around, beside in a parallel or
 * before left behind may be there; in a loop also what comes later, from the round before.
 */
export function checkReferences(nodes: readonly CompiledNode[]): Fault[] {
  const known = new Set<string>();
  collectKeys(nodes, known);
  const faults: Fault[] = [];
  checkList(nodes, '/nodes', { ran: new Set(), loops: new Set() }, known, faults);
  return faults;
}

function checkList(
  nodes: readonly CompiledNode[],
  pointer: string,
  view: View,
  known: ReadonlySet<string>,
  faults: Fault[],
): void {
  const ran = new Set(view.ran);
  for (const [index, node] of nodes.entries()) {
    const here = pointerTo(pointer, index);
    const inner = viewWithin(node, { ran, loops: view.loops });
    faults.push(...faultsOf(node, `${here}/config`, node.definition.repeats ? inner : { ...view, ran }, known));
    for (const [name, branch] of Object.entries(node.branches)) {
      checkList(branch, pointerTo(`${here}/branches`, name), inner, known, faults);
    }
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

function faultsOf(node: CompiledNode, pointer: string, view: View, known: ReadonlySet<string>): Fault[] {
  const code = new Set(node.definition.code ?? []);
  return Object.entries(node.config).flatMap(([name, value]) => {
    if (code.has(name)) return [];
    return templateReferences(value).flatMap(({ path, pointer: inner }): Fault[] => {
      const message = fault(path, view, known);
      return message === null ? [] : [{ pointer: pointerTo(pointer, name) + inner, code: 'invalid', message }];
    });
  });
}

function fault(path: string, { ran, loops }: View, known: ReadonlySet<string>): string | null {
  const segments = parsePath(path) ?? [];
  const [root, key] = segments[0] === 'ctx' ? segments.slice(1) : segments;
  if (key === undefined) return null;
  if (root === '$jobsMapByNodeKey' && !ran.has(key)) {
    return known.has(key) ? `the node "${key}" cannot have run before this one` : `there is no node "${key}"`;
  }
  if (root === '$scopes' && !loops.has(key)) return `there is no loop "${key}" around this node`;
  return null;
}

function collectKeys(nodes: readonly CompiledNode[], keys: Set<string>): void {
  for (const node of nodes) {
    keys.add(node.key);
    for (const branch of Object.values(node.branches)) collectKeys(branch, keys);
  }
}
