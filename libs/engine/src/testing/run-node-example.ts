import type { NodeDefinition, NodeExample } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import { answeringPorts } from './answering-ports.js';
import { runNode } from './run-node.js';

/** Runs, or resumes, a node as its example says; the outcome is to match `example.expect`. */
export function runNodeExample(definition: NodeDefinition, example: NodeExample): Promise<Outcome> {
  const { config, context = {}, results = {}, waited, answer } = example;
  const ports = answer === undefined ? {} : answeringPorts(answer);
  return runNode(definition, { config, context, results, ports, ...(waited === undefined ? {} : { waited }) });
}
