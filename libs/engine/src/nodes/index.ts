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

/** What the console, the API and the reference show of a node type. */
export type NodeCatalogueEntry = Pick<
  NodeDefinition,
  'type' | 'title' | 'docs' | 'configSchema' | 'branches' | 'effect' | 'examples'
> & {
  /** Can be tried by itself. */
  testable: boolean;
};

/** The registered node types in the order they are offered. */
export function nodeCatalogue(): NodeCatalogueEntry[] {
  return definitions.map(({ type, title, docs, configSchema, branches, effect, testable, examples }) => ({
    type,
    title,
    docs,
    configSchema,
    branches,
    effect,
    testable: testable === true,
    examples,
  }));
}
