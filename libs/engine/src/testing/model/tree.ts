import type { Json } from '#shared';
import type { ForkMode, Rounds } from '../../contract/outcome.js';

/** Where a value comes from: written in the document, the latest result of a node, or the round of an enclosing loop. */
export type Value =
  | { from: 'constant'; value: Json }
  | { from: 'result'; key: string }
  | { from: 'round'; loop: string; field: RoundField };

export type RoundField = 'item' | 'index' | 'sequence' | 'length';

/** A comparison with a number, or an expression that cannot be evaluated. */
export type Test<V = Value> = { compare: 'equal' | 'gt' | 'lt'; left: V; right: number } | { compare: 'broken' };

/** How a node may fail of itself. */
export type Failure = 'failed' | 'error' | 'rejected';

/** Times are milliseconds of virtual time. `V` is a value, `K` names the variable that is assigned to. */
export type TreeNode<V = Value, K = string> = { key: string } & (
  | { kind: 'step'; ms: number; value: V; failure: Failure | null; when: Test<V> | null }
  | { kind: 'effect'; ms: number; value: V; repeatable: boolean }
  | { kind: 'declare'; value: V }
  /** Without a target the document names a variable that nobody declares. */
  | { kind: 'assign'; target: K | null; value: V }
  | { kind: 'output'; value: V }
  | { kind: 'message'; value: V }
  | { kind: 'script'; value: V; throws: boolean; goesOn: boolean }
  /** Reads the latest result of every node. */
  | { kind: 'probe' }
  | { kind: 'delay'; ms: number; fails: boolean }
  | { kind: 'end'; status: 'resolved' | 'failed' }
  | { kind: 'response'; status: number; body: V }
  | { kind: 'guard'; test: Test<V> }
  | { kind: 'condition'; test: Test<V>; yes: TreeNode<V, K>[] | null; no: TreeNode<V, K>[] | null }
  | { kind: 'multi'; cases: Case<V, K>[]; otherwise: TreeNode<V, K>[]; goesOn: boolean }
  | { kind: 'loop'; target: V; exit: Rounds['exit']; condition: RoundTest<V> | null; body: TreeNode<V, K>[] }
  | { kind: 'parallel'; mode: ForkMode; branches: TreeNode<V, K>[][] }
);

export interface Case<V = Value, K = string> {
  test: Test<V>;
  branch: TreeNode<V, K>[];
}

export interface RoundTest<V = Value> {
  test: Test<V>;
  skipFirst: boolean;
  continueOnFalse: boolean;
}

/** A workflow of the model. `async` may hold delays, `sync` responses. */
export interface Tree {
  mode: 'async' | 'sync';
  nodes: TreeNode[];
}

/** Node of one kind. */
export type NodeOf<K extends TreeNode['kind']> = Extract<TreeNode, { kind: K }>;
