import fc from 'fast-check';
import type { Json } from '#shared';
import { labelTree, type Pick, type Plan } from './label-tree.js';
import type { RoundTest, Test, Tree } from './tree.js';

/** Values that loops go over, that tests compare, and that neither loses on its way through JSON. */
const constants = fc.oneof(
  { arbitrary: fc.integer({ min: -1, max: 4 }), weight: 5 },
  {
    arbitrary: fc.constantFrom<Json>(null, 2.7, 'ab', '', 'a😀', '3', [], [1, null, 'x'], { a: 1, b: [2] }, {}, [[0]]),
    weight: 3,
  },
);

const fields = fc.constantFrom('item', 'index', 'sequence', 'length');

const values: fc.Arbitrary<Pick> = fc.oneof(
  { arbitrary: fc.record({ from: fc.constant('constant' as const), value: constants }), weight: 3 },
  { arbitrary: fc.record({ from: fc.constant('result' as const), pick: fc.nat(50) }), weight: 3 },
  { arbitrary: fc.record({ from: fc.constant('round' as const), pick: fc.nat(3), field: fields }), weight: 4 },
);

const comparisons: fc.Arbitrary<Test<Pick>> = fc.record({
  compare: fc.constantFrom('gt', 'equal', 'lt'),
  left: values,
  right: fc.integer({ min: 0, max: 2 }),
});

const tests: fc.Arbitrary<Test<Pick>> = fc.oneof(
  { arbitrary: comparisons, weight: 12 },
  { arbitrary: fc.constant({ compare: 'broken' as const }), weight: 1 },
);

/** Mostly at once; times are of any length, so that two of them rarely end at the same instant. */
const times = fc.oneof(
  { arbitrary: fc.constant(0), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 2000 }), weight: 1 },
);

const key = fc.constant('');
const kind = <K extends Plan['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name);

const leaves: fc.Arbitrary<Plan> = fc.oneof(
  {
    arbitrary: fc.record({
      ...{ key, kind: kind('step'), ms: times, value: values, failure: fc.constant(null), when: fc.constant(null) },
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      ...{ key, kind: kind('step'), ms: times, value: values, failure: fc.constantFrom('failed', 'error', 'rejected') },
      when: fc.option(comparisons, { freq: 12 }),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ key, kind: kind('effect'), ms: times, value: values, repeatable: fc.boolean() }),
    weight: 2,
  },
  { arbitrary: fc.record({ key, kind: kind('declare'), value: values }), weight: 2 },
  {
    arbitrary: fc.record({ key, kind: kind('assign'), target: fc.option(fc.nat(20), { freq: 15 }), value: values }),
    weight: 3,
  },
  { arbitrary: fc.record({ key, kind: kind('output'), value: values }), weight: 2 },
  { arbitrary: fc.record({ key, kind: kind('message'), value: values }), weight: 1 },
  {
    arbitrary: fc.record({
      ...{ key, kind: kind('script'), value: values, goesOn: fc.boolean() },
      throws: fc.constantFrom(false, false, false, true),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ key, kind: kind('probe') }), weight: 1 },
  {
    arbitrary: fc.record({
      ...{ key, kind: kind('delay'), ms: fc.integer({ min: 1000, max: 90_000 }) },
      fails: fc.integer({ min: 0, max: 9 }).map((number) => number === 9),
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ key, kind: kind('end'), status: fc.constantFrom('resolved', 'failed') }), weight: 1 },
  {
    arbitrary: fc.record({ key, kind: kind('response'), status: fc.constantFrom(200, 201, 500), body: values }),
    weight: 1,
  },
  { arbitrary: fc.record({ key, kind: kind('guard'), test: tests }), weight: 1 },
);

const roundTests: fc.Arbitrary<RoundTest<Pick>> = fc.record({
  test: tests,
  skipFirst: fc.boolean(),
  continueOnFalse: fc.boolean(),
});

const lists = fc.letrec<{ list: Plan[]; node: Plan; branching: Plan }>((tie) => ({
  list: fc.oneof(
    { arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3, size: 'max' }), weight: 9 },
    { arbitrary: fc.constant<Plan[]>([]), weight: 1 },
  ),
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'max', withCrossShrink: true },
    { arbitrary: leaves, weight: 5 },
    { arbitrary: tie('branching'), weight: 2 },
  ),
  branching: fc.oneof<fc.Arbitrary<Plan>[]>(
    fc.record({
      ...{
        key,
        kind: kind('condition'),
        test: tests,
        yes: fc.option<Plan[]>(tie('list')),
        no: fc.option<Plan[]>(tie('list')),
      },
    }),
    fc.record({
      ...{ key, kind: kind('multi'), otherwise: tie('list'), goesOn: fc.boolean() },
      cases: fc.array(fc.record({ test: tests, branch: tie('list') }), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      ...{
        key,
        kind: kind('loop'),
        target: values,
        condition: fc.option<RoundTest<Pick>>(roundTests, { freq: 2 }),
        body: tie('list'),
      },
      exit: fc.constantFrom('return', 'break', 'continue'),
    }),
    fc.record({
      ...{ key, kind: kind('parallel'), mode: fc.constantFrom('all', 'any', 'race', 'allSettled') },
      branches: fc.array(tie('list'), { maxLength: 4, size: 'max' }),
      paces: fc.option<number[]>(fc.uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 4, maxLength: 4 }), {
        freq: 6,
      }),
    }),
  ),
}));

const trees = fc.array(lists.node, { minLength: 2, maxLength: 6, size: 'max' });

/**
 * Any tree of any nodes, at most four levels deep, ended by a probe that shows all results. What it comes to can be
 * unclear, see `Expected.undecided`: branches that are decided at the instant they begin. To keep that rare most parallel
 * nodes have a step of its own length at the head of each branch (`paces`).
 */
export const randomTrees: fc.Arbitrary<Tree> = fc
  .record({ mode: fc.constantFrom('async' as const, 'async' as const, 'sync' as const), nodes: trees })
  .map(({ mode, nodes }) => labelTree(mode, nodes));
