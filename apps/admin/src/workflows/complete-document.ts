import { WORKFLOW_SCHEMA_VERSION, type NodeDocument } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { without } from './without.js';

/**
 * The document as it is stored: as written, with its key, the schema version, and the keys that nodes were given, so
 * that they stay with their nodes when the document is read, edited and sent back. The switch is no part of it.
 * @param nodes the same nodes after compilation
 */
export function completeDocument(written: JsonObject, key: string, nodes: readonly NodeDocument[]): JsonObject {
  const { title, description } = written;
  return {
    key,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    schemaVersion: WORKFLOW_SCHEMA_VERSION,
    ...without(written, 'key', 'title', 'description', 'enabled', 'schemaVersion'),
    nodes: withKeys(written.nodes, nodes),
  };
}

function withKeys(written: Json | undefined, nodes: readonly NodeDocument[]): Json {
  if (!Array.isArray(written)) return written ?? [];
  return written.map((node, index) => {
    const compiled = nodes[index];
    if (!isJsonObject(node) || !compiled) return node;
    return {
      key: compiled.key,
      ...without(node, 'key'),
      ...(isJsonObject(node.branches) ? { branches: branchesWithKeys(node.branches, compiled) } : {}),
    };
  });
}

function branchesWithKeys(written: JsonObject, compiled: NodeDocument): JsonObject {
  return Object.fromEntries(
    Object.entries(written).map(([name, nodes]) => [name, withKeys(nodes, compiled.branches[name] ?? [])]),
  );
}
