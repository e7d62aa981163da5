import type { Json } from '#shared';
import type { NodeOf, RoundField, RoundTest, Test, Tree, TreeNode, Value } from './tree.js';

/** A value whose source is any of those there will be; the number says which. */
export type Pick =
  | { from: 'constant'; value: Json }
  | { from: 'result'; pick: number }
  | { from: 'round'; pick: number; field: RoundField };

type AnyPlan = TreeNode<Pick, number>;

/** A node before its tree is known. `paces` are milliseconds that the branches of a parallel node begin with. */
export type Plan =
  | Exclude<AnyPlan, { kind: 'parallel' | 'condition' | 'multi' | 'loop' }>
  | PlanOf<'condition'>
  | PlanOf<'multi'>
  | PlanOf<'loop'>
  | (PlanOf<'parallel'> & { paces: readonly number[] | null });

type PlanOf<K extends AnyPlan['kind']> = Extract<AnyPlan, { kind: K }>;

/**
 * What a node may refer to: nodes that may have run before it (before it in the document, in the loops around it, or
 * beside it in a parallel), but not those around it, which have no result yet; and the loops around it.
 */
interface Surroundings {
  mode: Tree['mode'];
  /** Keys of the nodes that may have run before. */
  ran: readonly string[];
  /** Keys of the nodes that variables are declared by. */
  variables: readonly string[];
  around: readonly string[];
  loops: readonly string[];
}

/**
 * Gives every node its key, every value its source and every assignment its variable. What the mode does not allow
 * becomes its next of kin: a delay a step, a response an output.
 */
export function labelTree(mode: Tree['mode'], plans: readonly Plan[]): Tree {
  const keys: string[] = [];
  const variables: string[] = [];
  const keyed = plans.map((plan) => withKeys(plan, keys, variables));
  const nodes = labelList(keyed, { mode, ran: [], variables, around: [], loops: [] });
  return { mode, nodes: [...nodes, { key: 'last', kind: 'probe' }] };
}

function withKeys(given: Plan, keys: string[], variables: string[]): AnyPlan {
  const plan = paced(given);
  const key = `n${keys.length}`;
  keys.push(key);
  if (plan.kind === 'declare') variables.push(key);
  const all = (list: readonly AnyPlan[]): AnyPlan[] => list.map((one) => withKeys(one as Plan, keys, variables));
  switch (plan.kind) {
    case 'condition':
      return { ...plan, key, yes: plan.yes && all(plan.yes), no: plan.no && all(plan.no) };
    case 'multi': {
      const cases = plan.cases.map(({ test, branch }) => ({ test, branch: all(branch) }));
      return { ...plan, key, cases, otherwise: all(plan.otherwise) };
    }
    case 'loop':
      return { ...plan, key, body: all(plan.body) };
    case 'parallel':
      return { ...plan, key, branches: plan.branches.map(all) };
    default:
      return { ...plan, key };
  }
}

function paced(plan: Plan): AnyPlan {
  if (plan.kind !== 'parallel') return plan;
  const { paces, ...rest } = plan;
  if (paces === null) return rest;
  const branches = rest.branches.map((branch, index): AnyPlan[] =>
    branch.length === 0 ? [] : [pace(paces[index] ?? 0), ...branch],
  );
  return { ...rest, branches };
}

function pace(ms: number): AnyPlan {
  return { key: '', kind: 'step', ms, value: { from: 'constant', value: ms }, failure: null, when: null };
}

function labelList(list: readonly AnyPlan[], at: Surroundings): TreeNode[] {
  const ran = [...at.ran];
  return list.map((plan) => {
    const node = label(plan, { ...at, ran: [...ran] });
    ran.push(...keysOf(plan));
    return node;
  });
}

/** Of a node and all nodes in its branches. */
function keysOf(plan: AnyPlan): string[] {
  switch (plan.kind) {
    case 'condition':
      return [plan.key, ...(plan.yes ?? []).flatMap(keysOf), ...(plan.no ?? []).flatMap(keysOf)];
    case 'multi':
      return [
        plan.key,
        ...plan.cases.flatMap(({ branch }) => branch.flatMap(keysOf)),
        ...plan.otherwise.flatMap(keysOf),
      ];
    case 'loop':
      return [plan.key, ...plan.body.flatMap(keysOf)];
    case 'parallel':
      return [plan.key, ...plan.branches.flat().flatMap(keysOf)];
    default:
      return [plan.key];
  }
}

// eslint-disable-next-line complexity -- one case for each kind of node
function label(plan: AnyPlan, at: Surroundings): TreeNode {
  switch (plan.kind) {
    case 'condition':
    case 'multi':
    case 'loop':
    case 'parallel':
      return labelBranching(plan, at);
    case 'assign':
      if (plan.target !== null && at.variables.length === 0) return stepWith(plan.key, sourceOf(plan.value, at));
      return {
        ...plan,
        target: plan.target === null ? null : pickOf(at.variables, plan.target),
        value: sourceOf(plan.value, at),
      };
    case 'step': {
      const when = plan.when && testOf(plan.when, at);
      return { ...plan, value: sourceOf(plan.value, at), when };
    }
    case 'effect':
    case 'declare':
    case 'output':
    case 'message':
    case 'script':
      return { ...plan, value: sourceOf(plan.value, at) };
    case 'guard':
      return { ...plan, test: testOf(plan.test, at) };
    case 'response':
      if (at.mode === 'async') return { key: plan.key, kind: 'output', value: sourceOf(plan.body, at) };
      return { ...plan, body: sourceOf(plan.body, at) };
    case 'delay':
      return at.mode === 'async' ? plan : stepInstead(plan);
    default:
      return plan;
  }
}

function stepInstead({ key, ms, fails }: PlanOf<'delay'>): TreeNode {
  return { ...stepWith(key, { from: 'constant', value: ms }), ms, failure: fails ? 'failed' : null };
}

function stepWith(key: string, value: Value): NodeOf<'step'> {
  return { key, kind: 'step', ms: 0, value, failure: null, when: null };
}

function labelBranching(
  plan: PlanOf<'condition'> | PlanOf<'multi'> | PlanOf<'loop'> | PlanOf<'parallel'>,
  outside: Surroundings,
): TreeNode {
  const beside = plan.kind === 'loop' || plan.kind === 'parallel' ? keysOf(plan) : [];
  const inside = { ...outside, around: [...outside.around, plan.key], ran: [...outside.ran, ...beside] };
  const all = (list: readonly AnyPlan[]): TreeNode[] => labelList(list, inside);
  switch (plan.kind) {
    case 'condition': {
      const { yes, no } = plan;
      return { ...plan, test: testOf(plan.test, outside), yes: yes && all(yes), no: no && all(no) };
    }
    case 'multi': {
      const cases = plan.cases.map(({ test, branch }) => ({ test: testOf(test, outside), branch: all(branch) }));
      return { ...plan, cases, otherwise: all(plan.otherwise) };
    }
    case 'loop': {
      inside.loops = [...outside.loops, plan.key];
      const condition = plan.condition && roundTestOf(plan.condition, inside);
      return { ...plan, target: sourceOf(plan.target, outside), condition, body: all(plan.body) };
    }
    case 'parallel':
      return { ...plan, branches: plan.branches.map(all) };
  }
}

function roundTestOf({ test, skipFirst, continueOnFalse }: RoundTest<Pick>, at: Surroundings): RoundTest {
  return { test: testOf(test, at), skipFirst, continueOnFalse };
}

function testOf(test: Test<Pick>, at: Surroundings): Test {
  return test.compare === 'broken' ? test : { ...test, left: sourceOf(test.left, at) };
}

function sourceOf(value: Pick, { ran, around, loops }: Surroundings): Value {
  if (value.from === 'constant') return value;
  if (value.from === 'result') {
    const key = pickOf(
      ran.filter((one) => !around.includes(one)),
      value.pick,
    );
    return key === null ? NOTHING : { from: 'result', key };
  }
  const loop = pickOf(loops.toReversed(), value.pick);
  return loop === null ? NOTHING : { from: 'round', loop, field: value.field };
}

const NOTHING: Value = { from: 'constant', value: 1 };

function pickOf(list: readonly string[], pick: number): string | null {
  return list.length === 0 ? null : list[pick % list.length]!;
}
