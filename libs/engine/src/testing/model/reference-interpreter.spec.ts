import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { interpret } from './reference-interpreter.js';
import type { Failure, NodeOf, Test, Tree, TreeNode, Value } from './tree.js';

const constant = (value: Json): Value => ({ from: 'constant', value });
const round = (loop: string, field: 'item' | 'index' | 'sequence' | 'length'): Value => ({
  from: 'round',
  loop,
  field,
});
const result = (key: string): Value => ({ from: 'result', key });

const YES: Test = { compare: 'gt', left: constant(1), right: 0 };
const NO: Test = { compare: 'lt', left: constant(1), right: 0 };
const BROKEN: Test = { compare: 'broken' };

const step = (key: string, more: Partial<NodeOf<'step'>> = {}): TreeNode => ({
  ...{ key, kind: 'step', ms: 0, value: constant(null), failure: null, when: null },
  ...more,
});
const failing = (key: string, failure: Failure = 'failed', more: Partial<NodeOf<'step'>> = {}): TreeNode =>
  step(key, { failure, ...more });
const delay = (key: string, ms: number, fails = false): TreeNode => ({ key, kind: 'delay', ms, fails });
const output = (key: string, value: Value): TreeNode => ({ key, kind: 'output', value });
const end = (key: string, status: 'resolved' | 'failed'): TreeNode => ({ key, kind: 'end', status });
const condition = (key: string, test: Test, yes: TreeNode[] | null, no: TreeNode[] | null): TreeNode => ({
  ...{ key, kind: 'condition', test, yes, no },
});
const multi = (key: string, cases: NodeOf<'multi'>['cases'], otherwise: TreeNode[], goesOn: boolean): TreeNode => ({
  ...{ key, kind: 'multi', cases, otherwise, goesOn },
});
const loop = (target: Json, body: TreeNode[], more: Partial<NodeOf<'loop'>> = {}): TreeNode => ({
  ...{ key: 'loop', kind: 'loop', target: constant(target), exit: 'return', condition: null, body },
  ...more,
});
const parallel = (mode: NodeOf<'parallel'>['mode'], ...branches: TreeNode[][]): TreeNode => ({
  ...{ key: 'fork', kind: 'parallel', mode, branches },
});

const run = (...nodes: TreeNode[]) => interpret({ mode: 'async', nodes });
const sync = (...nodes: TreeNode[]) => interpret({ mode: 'sync', nodes } satisfies Tree);

/** `key` and rounds of each visit with what became of it, in the order of the visits. */
const seen = ({ visits }: ReturnType<typeof run>) =>
  visits.map(({ key, rounds, status }) => `${[key, ...rounds].join('.')} ${status}`);
const resultOf = ({ visits }: ReturnType<typeof run>, key: string) => visits.find((visit) => visit.key === key)?.result;

describe('the reference: conditions', () => {
  it('take the branch, then the next sibling, with a missing branch as with an empty one', () => {
    expect(seen(run(condition('c', YES, [step('a')], null), step('b')))).toEqual([
      'c resolved',
      'a resolved',
      'b resolved',
    ]);
    expect(seen(run(condition('c', NO, [step('a')], null), step('b')))).toEqual(['c resolved', 'b resolved']);
  });

  it('keep their own status when their branch fails, and pass the failure on', () => {
    const ran = run(condition('c', YES, [failing('a', 'rejected'), step('x')], null), step('b'));
    expect(seen(ran)).toEqual(['c resolved', 'a rejected']);
    expect(ran.status).toBe('rejected');
  });

  it('are errors when they cannot be evaluated, and failed when they reject', () => {
    expect(run(condition('c', BROKEN, [], null), step('b'))).toMatchObject({ status: 'error' });
    expect(run({ key: 'g', kind: 'guard', test: NO }, step('b'))).toMatchObject({ status: 'failed' });
    expect(run({ key: 'g', kind: 'guard', test: YES }, step('b'))).toMatchObject({ status: 'resolved' });
  });

  it('compare as the basic engine does', () => {
    const holds = (left: Json, compare: 'equal' | 'gt' | 'lt', right: number) =>
      resultOf(run(condition('c', { compare, left: constant(left), right }, null, null)), 'c');
    expect([holds('3', 'equal', 3), holds(null, 'equal', 0), holds([3], 'equal', 3)]).toEqual([true, false, false]);
    expect([holds(null, 'lt', 1), holds('ab', 'gt', 0), holds({}, 'lt', 1)]).toEqual([true, false, false]);
  });
});

describe('the reference: several conditions', () => {
  const cases = (...tests: Test[]) => tests.map((test, index) => ({ test, branch: [step(`case${index}`)] }));

  it('take the first that is true and ask no more', () => {
    expect(seen(run(multi('m', cases(NO, YES, BROKEN), [step('o')], false), step('b')))).toEqual([
      ...['m resolved', 'case1 resolved', 'b resolved'],
    ]);
  });

  it('stop at one that cannot be evaluated', () => {
    const ran = run(multi('m', cases(NO, BROKEN, YES), [step('o')], true), step('b'));
    expect(seen(ran)).toEqual(['m error']);
    expect(ran.status).toBe('error');
  });

  it('run otherwise, and then fail unless they go on', () => {
    expect(seen(run(multi('m', cases(NO), [step('o')], true), step('b')))).toEqual([
      ...['m resolved', 'o resolved', 'b resolved'],
    ]);
    const ran = run(multi('m', cases(NO), [step('o')], false), step('b'));
    expect(seen(ran)).toEqual(['m failed', 'o resolved']);
    expect(ran.status).toBe('failed');
  });

  it('take the status of what fails in otherwise while they are open', () => {
    expect(seen(run(multi('m', cases(NO), [failing('o', 'error')], false)))).toEqual(['m error', 'o error']);
    expect(seen(run(multi('m', cases(NO), [failing('o', 'error')], true)))).toEqual(['m resolved', 'o error']);
  });
});

describe('the reference: loops', () => {
  it.each<[Json, Json[]]>([
    [2.7, [0, 1]],
    [-1, []],
    [null, []],
    [
      ['a', null],
      ['a', null],
    ],
    ['a😀', ['a', '😀']],
    [{ x: 1 }, [{ key: 'x', value: 1 }]],
  ])('go over %j', (target, items) => {
    const ran = run(loop(target, [step('s', { value: round('loop', 'item') })]));
    expect(ran.visits.slice(1).map((visit) => visit.result)).toEqual(items);
    expect(resultOf(ran, 'loop')).toEqual({ looped: items.length, done: items.length });
  });

  it('name the visits of their rounds', () => {
    const inner = loop(2, [step('s')], { key: 'inner' });
    expect(seen(run(loop(2, [inner]))).filter((line) => line.startsWith('s'))).toEqual([
      ...['s.0.0 resolved', 's.0.1 resolved', 's.1.0 resolved', 's.1.1 resolved'],
    ]);
  });

  const failsInSecond = failing('s', 'rejected', {
    when: { compare: 'equal', left: round('loop', 'index'), right: 1 },
  });

  it('take the status of a failing round and stop', () => {
    const ran = run(loop(3, [failsInSecond]), step('b'));
    expect(ran.status).toBe('rejected');
    expect(seen(ran)).toEqual(['loop rejected', 's.0 resolved', 's.1 rejected']);
    expect(resultOf(ran, 'loop')).toEqual({ looped: 2, done: 1, broken: true });
  });

  it('are left at a failing round, or go on', () => {
    const left = run(loop(3, [failsInSecond], { exit: 'break' }), step('b'));
    expect(resultOf(left, 'loop')).toEqual({ looped: 2, done: 1, broken: true });
    expect(seen(left).at(-1)).toBe('b resolved');
    const wentOn = run(loop(3, [failsInSecond], { exit: 'continue' }), step('b'));
    expect(resultOf(wentOn, 'loop')).toEqual({ looped: 3, done: 3 });
  });

  it('skip rounds or stop at one, and may not ask before the first', () => {
    const notSecond: Test = { compare: 'gt', left: round('loop', 'index'), right: 0 };
    const with_ = (skipFirst: boolean, continueOnFalse: boolean, test: Test = notSecond) =>
      resultOf(run(loop(3, [step('s')], { condition: { test, skipFirst, continueOnFalse } })), 'loop');
    expect(with_(false, true)).toEqual({ looped: 3, done: 2 });
    expect(with_(false, false)).toEqual({ looped: 0, done: 0, broken: true });
    expect(with_(true, false)).toEqual({ looped: 3, done: 3 });
    expect(with_(true, false, NO)).toEqual({ looped: 1, done: 1, broken: true });
    expect(with_(true, true, BROKEN)).toEqual({ looped: 1, done: 1 });
  });

  it('keep their target as it was when they began', () => {
    const declare: TreeNode = { key: 'list', kind: 'declare', value: constant([1, 2]) };
    const assign: TreeNode = { key: 'set', kind: 'assign', target: 'list', value: constant([]) };
    expect(resultOf(run(declare, loop(null, [assign], { target: result('list') })), 'loop')).toEqual({
      ...{ looped: 2, done: 2 },
    });
  });
});

describe('the reference: parallel branches', () => {
  const slow = [step('slow', { ms: 20 })];

  it('resolve at once without branches, and count empty ones as resolved', () => {
    expect(resultOf(run(parallel('all')), 'fork')).toEqual([]);
    expect(resultOf(run(parallel('all', [], [step('a')])), 'fork')).toEqual(['resolved', 'resolved']);
  });

  it('all: give up the others at the first failure', () => {
    const ran = run(parallel('all', slow, [failing('bad', 'error', { ms: 10 })]), step('b'));
    expect(seen(ran)).toEqual(['fork error', 'slow aborted', 'bad error']);
    expect(resultOf(ran, 'fork')).toEqual(['aborted', 'error']);
    expect(ran).toMatchObject({ status: 'error', timed: true, undecided: null });
  });

  it('any: resolve at the first success, and fail when there is none', () => {
    const won = run(parallel('any', slow, [failing('bad', 'error', { ms: 10 })]), step('b'));
    expect(resultOf(won, 'fork')).toEqual(['resolved', 'error']);
    expect(won.status).toBe('resolved');
    const lost = run(parallel('any', [failing('x', 'error', { ms: 20 })], [failing('bad', 'error', { ms: 10 })]));
    expect(resultOf(lost, 'fork')).toEqual(['error', 'error']);
    expect(lost.status).toBe('failed');
  });

  it('race: do as the first does', () => {
    const lost = run(parallel('race', slow, [failing('bad', 'rejected', { ms: 10 })]));
    expect(lost).toMatchObject({ status: 'rejected' });
    const won = run(parallel('race', slow, [step('fast', { ms: 10 })]), step('b'));
    expect(resultOf(won, 'fork')).toEqual(['aborted', 'resolved']);
  });

  it('allSettled: wait for all and forgive', () => {
    const ran = run(parallel('allSettled', slow, [failing('bad', 'error', { ms: 10 })]), step('b'));
    expect(resultOf(ran, 'fork')).toEqual(['resolved', 'error']);
    expect(ran).toMatchObject({ status: 'resolved', timed: false });
  });

  it('say so when two of them do something at the instant of the decision', () => {
    expect(run(parallel('all', [step('a')], [failing('bad')])).undecided).toMatch(/decides while/);
    const same = run(parallel('race', slow, [step('fast', { ms: 20 })]));
    expect(same.undecided).toMatch(/decides while/);
  });

  it('say so when two of them write at once, and that it depends on times when not at once', () => {
    const writing = (ms: number) => [step(`s${ms}`, { ms }), output(`o${ms}`, constant(ms))];
    expect(run(parallel('all', writing(0), [output('o', constant(1))])).undecided).toMatch(/output/);
    expect(run(parallel('all', writing(20), writing(10)))).toMatchObject({ output: 20, timed: true, undecided: null });
  });
});

describe('the reference: endings', () => {
  it('end everything from any depth, and the open visits around with it', () => {
    const ran = run(loop(2, [condition('c', YES, [end('e', 'failed')], null)]), step('b'));
    expect(ran.status).toBe('failed');
    expect(seen(ran)).toEqual(['loop failed', 'c.0 resolved', 'e.0 failed']);
  });

  it('give up the other branches', () => {
    const ran = run(parallel('allSettled', [delay('d', 1000)], [step('s', { ms: 5 }), end('e', 'resolved')]));
    expect(seen(ran)).toEqual(['fork resolved', 'd aborted', 's resolved', 'e resolved']);
  });

  it('answer with the first response', () => {
    const respond = (key: string): TreeNode => ({ key, kind: 'response', status: 201, body: constant(key) });
    const ran = sync(respond('r'), respond('s'));
    expect(ran.reply).toEqual({ status: 201, body: '{"value":"r"}' });
    expect(ran.visits).toHaveLength(1);
    expect(sync(step('a')).reply).toBeNull();
  });

  it('leave the output that was set last', () => {
    expect(run(output('a', constant(1)), output('b', constant(2)), failing('x')).output).toBe(2);
  });
});

describe('the reference: waits', () => {
  it('go on when nothing else runs and they are over', () => {
    const ran = run(
      parallel(
        'all',
        [delay('d', 10), output('first', constant(1))],
        [step('s', { ms: 50 }), output('second', constant(2))],
      ),
    );
    expect(ran.output).toBe(1);
    expect(ran.visits.map(({ key }) => key)).toEqual(['fork', 'd', 's', 'second', 'first']);
  });

  it('go on in the order of their ends', () => {
    const ran = run(parallel('race', [delay('long', 20)], [delay('short', 10)]));
    expect(seen(ran)).toEqual(['fork resolved', 'long aborted', 'short resolved']);
  });

  it('fail at their end when they are to', () => {
    expect(run(delay('d', 10, true), step('b'))).toMatchObject({ status: 'failed' });
  });
});

describe('the reference: variables and other values', () => {
  it('keep the newest value under the key that declared it', () => {
    const declare: TreeNode = { key: 'v', kind: 'declare', value: constant(1) };
    const assign: TreeNode = { key: 'w', kind: 'assign', target: 'v', value: constant(2) };
    const ran = run(declare, assign, step('s', { value: result('v') }), { key: 'p', kind: 'probe' });
    expect(resultOf(ran, 's')).toBe(2);
    expect(resultOf(ran, 'p')).toEqual({ v: '2', w: '2', s: '2' });
  });

  it('run scripts, which may fail or go on', () => {
    const script = (throws: boolean, goesOn: boolean): TreeNode => ({
      ...{ key: 'j', kind: 'script', value: constant(1), throws, goesOn },
    });
    expect(resultOf(run(script(false, false)), 'j')).toEqual([1]);
    expect(resultOf(run(script(true, true)), 'j')).toBe('on purpose');
    expect(run(script(true, false)).status).toBe('error');
  });

  it('count effects', () => {
    const effect: TreeNode = { key: 'e', kind: 'effect', ms: 5, value: constant(1), repeatable: false };
    expect(run(loop(3, [effect])).effects).toEqual(new Map([['e', 3]]));
  });
});
