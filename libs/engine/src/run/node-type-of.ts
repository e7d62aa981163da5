import type { CompiledNode, CompiledWorkflow } from '../contract/compiled-workflow.js';

const typesByWorkflow = new WeakMap<CompiledWorkflow, ReadonlyMap<string, string>>();

/** The type of the node with this key, undefined when the workflow has none. Indexed once per compiled version. */
export function nodeTypeOf(workflow: CompiledWorkflow, key: string): string | undefined {
  let types = typesByWorkflow.get(workflow);
  if (types === undefined) {
    types = indexTypes(workflow.nodes);
    typesByWorkflow.set(workflow, types);
  }
  return types.get(key);
}

function indexTypes(nodes: readonly CompiledNode[]): Map<string, string> {
  const types = new Map<string, string>();
  const lists = [nodes];
  for (let list = lists.pop(); list !== undefined; list = lists.pop()) {
    for (const node of list) {
      types.set(node.key, node.type);
      lists.push(...Object.values(node.branches));
    }
  }
  return types;
}
