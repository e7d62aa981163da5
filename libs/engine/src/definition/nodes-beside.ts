import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { NodeRegistry } from './compile-nodes.js';

/**
 * The nodes that run beside a node: those in the other branches of the parallels around it. By key, each with how many
 * loops are around that parallel.
 *
 * @param nodes of a stored document
 */
export function nodesBeside(nodes: Json | undefined, key: string, registry: NodeRegistry): Map<string, number> {
  return besideIn(nodes, key, 0, registry) ?? new Map<string, number>();
}

/** Null when the node is not in this list. */
function besideIn(
  nodes: Json | undefined,
  key: string,
  loops: number,
  registry: NodeRegistry,
): Map<string, number> | null {
  for (const node of objectsOf(nodes)) {
    if (node.key === key) return new Map();
    const { repeats, concurrent } = registry.get(String(node.type)) ?? {};
    const inner = repeats ? loops + 1 : loops;
    const branches = branchesOf(node);
    for (const branch of branches) {
      const found = besideIn(branch, key, inner, registry);
      if (found === null) continue;
      const others = concurrent ? branches.filter((other) => other !== branch) : [];
      for (const other of others.flatMap(keysOf)) found.set(other, inner);
      return found;
    }
  }
  return null;
}

function keysOf(nodes: Json): string[] {
  return objectsOf(nodes).flatMap((node) => [String(node.key), ...branchesOf(node).flatMap(keysOf)]);
}

function branchesOf({ branches }: JsonObject): Json[] {
  return isJsonObject(branches) ? Object.values(branches) : [];
}

function objectsOf(nodes: Json | undefined): JsonObject[] {
  return Array.isArray(nodes) ? nodes.filter(isJsonObject) : [];
}
