import type { NodeDefinition } from '../contract/node.js';
import { approvalNode } from './approval.node.js';
import { aggregateNode } from './aggregate.node.js';
import { calculationNode } from './calculation.node.js';
import { ccNode } from './cc.node.js';
import { conditionNode } from './condition.node.js';
import { createNode } from './create.node.js';
import { dateCalculationNode } from './date-calculation.node.js';
import { delayNode } from './delay.node.js';
import { destroyNode } from './destroy.node.js';
import { endNode } from './end.node.js';
import { llmNode } from './llm.node.js';
import { loopNode } from './loop.node.js';
import { mailerNode } from './mailer.node.js';
import { manualNode } from './manual.node.js';
import { multiConditionsNode } from './multi-conditions.node.js';
import { notificationNode } from './notification.node.js';
import { jsonQueryNode } from './json-query.node.js';
import { jsonVariableMappingNode } from './json-variable-mapping.node.js';
import { outputNode } from './output.node.js';
import { parallelNode } from './parallel.node.js';
import { queryNode } from './query.node.js';
import { requestNode } from './request.node.js';
import { responseMessageNode } from './response-message.node.js';
import { responseNode } from './response.node.js';
import { scriptNode } from './script.node.js';
import { sqlNode } from './sql.node.js';
import { subflowNode } from './subflow.node.js';
import { updateNode } from './update.node.js';
import { variableNode } from './variable.node.js';

const definitions: readonly NodeDefinition[] = [
  conditionNode,
  multiConditionsNode,
  loopNode,
  parallelNode,
  calculationNode,
  dateCalculationNode,
  jsonQueryNode,
  jsonVariableMappingNode,
  variableNode,
  scriptNode,
  createNode,
  updateNode,
  queryNode,
  destroyNode,
  aggregateNode,
  sqlNode,
  requestNode,
  mailerNode,
  notificationNode,
  llmNode,
  delayNode,
  subflowNode,
  manualNode,
  approvalNode,
  ccNode,
  outputNode,
  responseNode,
  responseMessageNode,
  endNode,
];

/** Every node type that documents may use, by type. A node that is not here does not exist. */
export const nodeRegistry: ReadonlyMap<string, NodeDefinition> = new Map(
  definitions.map((definition) => [definition.type, definition]),
);

/** What the console, the API and the reference show of a node type; only data. */
export type NodeCatalogueEntry = Pick<
  NodeDefinition,
  'type' | 'title' | 'docs' | 'configSchema' | 'branches' | 'effect' | 'examples'
> & {
  /** Can be tried by itself (`POST /nodes/:type/test`). */
  testable: boolean;
  /** May wait without holding a worker, longer than a sender does: not for `mode: sync`. */
  suspends: boolean;
  /** Types of triggers it has a place behind; null for all. */
  triggers: readonly string[] | null;
  /** Its branches run in rounds. */
  repeats: boolean;
  /** Its branches run at the same time. */
  concurrent: boolean;
  /** Of `effect` nodes: whether the config can say that doing it twice does no harm (`repeatable: true`, or a GET); null for pure ones. */
  repeatable: 'configured' | 'never' | null;
  /** Properties of the config in which `{{...}}` is not rendered by the loop, but by the node itself or never. */
  raw: readonly string[];
};

/** The registered node types in the order they are offered. */
export function nodeCatalogue(): NodeCatalogueEntry[] {
  return definitions.map(catalogueEntry);
}

function catalogueEntry(definition: NodeDefinition): NodeCatalogueEntry {
  const { type, title, docs, configSchema, branches, effect, examples } = definition;
  const { testable = false, suspends = false, triggers = null, repeats = false, concurrent = false } = definition;
  const flags = { testable, suspends, triggers, repeats, concurrent, raw: definition.raw ?? [] };
  return { type, title, docs, configSchema, branches, effect, ...flags, repeatable: repeatable(definition), examples };
}

function repeatable({ effect, isRepeatable }: NodeDefinition): NodeCatalogueEntry['repeatable'] {
  if (effect === 'pure') return null;
  return isRepeatable === undefined ? 'never' : 'configured';
}
