import type { Json, JsonObject } from '#shared';
import type { Test, Tree, TreeNode, Value } from './tree.js';

/** Parses, but no name in it has a value. */
const BROKEN = { engine: 'math.js', expression: '{{$context.data.missing}} ^ "x"' };

/** The workflow document that a tree stands for. Nodes `step`, `effect` and `probe` are those of the model. */
export function treeDocument({ mode, nodes }: Tree): JsonObject {
  return { key: 'model', trigger: { type: 'webhook', mode }, nodes: nodes.map(nodeDocument) };
}

function nodeDocument(node: TreeNode): JsonObject {
  return { key: node.key, ...partsOf(node) };
}

function list(nodes: readonly TreeNode[]): Json[] {
  return nodes.map(nodeDocument);
}

// eslint-disable-next-line complexity -- one case for each kind of node
function partsOf(node: TreeNode): JsonObject {
  switch (node.kind) {
    case 'condition':
    case 'multi':
    case 'loop':
    case 'parallel':
      return branchingParts(node);
    case 'declare':
      return { type: 'variable', config: { value: valueOf(node.value) } };
    case 'assign':
      return { type: 'variable', config: { target: node.target ?? 'nowhere', value: valueOf(node.value) } };
    case 'delay':
      return {
        type: 'delay',
        config: { duration: node.ms / 1000, unit: 'second', endStatus: node.fails ? 'failed' : 'resolved' },
      };
    case 'end':
      return { type: 'end', config: { endStatus: node.status } };
    case 'response':
      return { type: 'response', config: { status: node.status, body: { value: valueOf(node.body) } } };
    case 'guard':
      return { type: 'condition', config: { rejectOnFalse: true, ...testOf(node.test) } };
    default:
      return leafParts(node);
  }
}

type Leaf = Extract<TreeNode, { kind: 'step' | 'effect' | 'output' | 'message' | 'script' | 'probe' }>;

function leafParts(node: Leaf): JsonObject {
  switch (node.kind) {
    case 'step': {
      const { ms, failure, when } = node;
      const left = when === null || when.compare === 'broken' ? null : valueOf(when.left);
      return { type: 'step', config: { ms, value: valueOf(node.value), failure, when: when as Json, left } };
    }
    case 'effect':
      return {
        type: 'effect',
        config: { ms: node.ms, value: valueOf(node.value), repeatable: node.repeatable },
      };
    case 'output':
      return { type: 'output', config: { value: valueOf(node.value) } };
    case 'message':
      return { type: 'response-message', config: { message: valueOf(node.value) } };
    case 'script':
      return {
        type: 'script',
        config: {
          content: node.throws ? "throw new Error('on purpose')" : 'return [n]',
          arguments: [{ name: 'n', value: valueOf(node.value) }],
          continue: node.goesOn,
        },
      };
    case 'probe':
      return { type: 'probe' };
  }
}

type Branching = Extract<TreeNode, { kind: 'condition' | 'multi' | 'loop' | 'parallel' }>;

function branchingParts(node: Branching): JsonObject {
  switch (node.kind) {
    case 'condition': {
      const branches: JsonObject = {};
      if (node.yes !== null) branches['true'] = list(node.yes);
      if (node.no !== null) branches['false'] = list(node.no);
      return { type: 'condition', config: testOf(node.test), branches };
    }
    case 'multi': {
      const conditions = node.cases.map(({ test }, index) => ({ key: `c${index}`, title: '', ...testOf(test) }));
      const branches = Object.fromEntries(node.cases.map(({ branch }, index) => [`c${index}`, list(branch)]));
      return {
        type: 'multi-conditions',
        config: { continueOnNoMatch: node.goesOn, conditions },
        branches: { ...branches, otherwise: list(node.otherwise) },
      };
    }
    case 'loop':
      return { type: 'loop', config: loopConfig(node), branches: { body: list(node.body) } };
    case 'parallel':
      return {
        type: 'parallel',
        config: { mode: node.mode },
        branches: Object.fromEntries(node.branches.map((branch, index) => [`b${index}`, list(branch)])),
      };
  }
}

function loopConfig({ target, exit, condition }: Extract<TreeNode, { kind: 'loop' }>): JsonObject {
  const config: JsonObject = { target: valueOf(target), exit };
  if (condition === null) return config;
  const { test, skipFirst, continueOnFalse } = condition;
  return {
    ...config,
    condition: { checkpoint: skipFirst ? 'after' : 'before', continueOnFalse, ...testOf(test) },
  };
}

function testOf(test: Test): JsonObject {
  if (test.compare === 'broken') return { ...BROKEN };
  return {
    engine: 'basic',
    calculation: { calculator: test.compare, operands: [valueOf(test.left), test.right] },
  };
}

function valueOf(value: Value): Json {
  switch (value.from) {
    case 'constant':
      return value.value;
    case 'result':
      return `{{$jobsMapByNodeKey.${value.key}}}`;
    case 'round':
      return `{{$scopes.${value.loop}.${value.field}}}`;
  }
}
