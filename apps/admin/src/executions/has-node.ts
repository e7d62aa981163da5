import { isJsonObject, type Json } from '#shared';

/** Whether a node of a stored document, in whatever branch, has this key. */
export function hasNode(nodes: Json | undefined, key: string): boolean {
  if (!Array.isArray(nodes)) return false;
  return nodes.some((node) => {
    if (!isJsonObject(node)) return false;
    const branches = isJsonObject(node.branches) ? Object.values(node.branches) : [];
    return node.key === key || branches.some((branch) => hasNode(branch, key));
  });
}
