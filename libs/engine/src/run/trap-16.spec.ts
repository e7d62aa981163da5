import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { committedRuns, inMemoryJournal, runDocument, runToResult } from '../testing/index.js';

const webhook = { type: 'webhook' };
const output = (value: Json, key = 'out') => ({ key, type: 'output', config: { value } });
const fail = {
  key: 'stop',
  type: 'condition',
  config: { rejectOnFalse: true, engine: 'math.js', expression: '1 > 2' },
};
const end = (endStatus: string) => ({ key: 'end', type: 'end', config: { endStatus } });
const pause = (key: string, duration = 1) => ({ key, type: 'delay', config: { duration, unit: 'day' } });
const math = (expression: string) => ({ engine: 'math.js', expression });

/** Status, and the runs as `key rounds status`. */
async function run(nodes: unknown[], context: Json = {}) {
  const outcome = await runDocument({ trigger: webhook, nodes }, context);
  const runs = outcome.nodeRuns.map(({ nodeKey, rounds = [], status }) => [nodeKey, ...rounds, status].join(' '));
  const result = (key: string): Json => outcome.nodeRuns.find((run) => run.nodeKey === key)?.result ?? null;
  return { ...outcome, runs, result };
}

/** Runs until it waits, then once more a month later. */
async function runAndResume(nodes: unknown[], resumeAfter: Date[]) {
  const journal = inMemoryJournal();
  const document = { trigger: webhook, nodes };
  const ports = { journal };
  let result = await runToResult(document, {}, { ports });
  for (const wokenAt of resumeAfter) {
    if (result.kind !== 'suspended') throw new Error(`it did not wait, it ${result.kind}`);
    result = await runToResult(document, {}, { ports, restored: committedRuns(journal.entries), wokenAt });
  }
  const last = result.kind === 'ended' ? [{ runs: result.nodeRuns }] : [];
  return { result, runs: committedRuns([...journal.entries, ...last]), journal };
}

describe('Trap 16: semantics of branches', () => {
  it.each([
    [5, 'yes'],
    ['x', 'yes'],
    [0, 'no'],
    ['', 'no'],
    [null, 'no'],
  ])('Trap 16: a condition whose value is %j goes to the branch %s', async (value, branch) => {
    const config = { engine: 'string', expression: '{{$context.data.v}}' };
    const numeric = math('{{$context.data.v}}');
    const branches = { true: [output('yes', 'y')], false: [output('no', 'n')] };
    const node = { type: 'condition', config: typeof value === 'number' ? numeric : config, branches };
    expect((await run([node], { data: { v: value } })).output).toBe(branch);
  });

  it.each([
    ['condition', { type: 'condition', config: math('true'), branches: { true: [] } }],
    ['condition without branches', { type: 'condition', config: math('true') }],
    ['loop', { type: 'loop', config: { target: 3 }, branches: { body: [] } }],
    ['loop without branches', { type: 'loop', config: { target: 3 } }],
    ['parallel', { type: 'parallel', branches: { a: [], b: [] } }],
    ['parallel without branches', { type: 'parallel' }],
    ['race of nothing', { type: 'parallel', config: { mode: 'race' } }],
    ['any of nothing', { type: 'parallel', config: { mode: 'any' } }],
  ])('Trap 16: an empty %s resolves and goes on', async (_name, node) => {
    expect(await run([node, output('after')])).toMatchObject({ status: 'resolved', output: 'after' });
  });

  it('Trap 16: empty branches count as resolved, a loop without body as no rounds, a parallel without branches as []', async () => {
    const ran = await run([
      { key: 'p', type: 'parallel', branches: { a: [], b: [] } },
      { key: 'q', type: 'parallel' },
      { key: 'l', type: 'loop', config: { target: 3 }, branches: { body: [] } },
    ]);
    expect([ran.result('p'), ran.result('q'), ran.result('l')]).toEqual([
      ['resolved', 'resolved'],
      [],
      { looped: 0, done: 0 },
    ]);
  });

  it.each(['resolved', 'failed'])(
    'Trap 16: an end %s inside a loop ends the execution and settles the loop',
    async (status) => {
      const body = [
        { type: 'condition', config: math('{{$scopes.each.index}} == 1'), branches: { true: [end(status)] } },
      ];
      const ran = await run([
        { key: 'each', type: 'loop', config: { target: 5, exit: 'continue' }, branches: { body } },
        output(1),
      ]);
      expect(ran).toMatchObject({ status, output: null });
      expect(ran.runs).toEqual([
        `each ${status}`,
        'condition_1 0 resolved',
        'condition_1 1 resolved',
        `end 1 ${status}`,
      ]);
      expect(ran.result('each')).toEqual({ looped: 2, done: 1 });
    },
  );

  it('Trap 16: an end inside a parallel ends the execution and aborts what waits beside it', async () => {
    const nodes = [{ key: 'p', type: 'parallel', branches: { a: [pause('wait')], b: [end('resolved')] } }, output(1)];
    const ran = await run(nodes);
    expect(ran).toMatchObject({ status: 'resolved', output: null });
    expect(ran.runs).toEqual(['p resolved', 'wait aborted', 'end resolved']);
    expect(ran.result('p')).toEqual(['aborted', 'resolved']);
  });

  it.each([
    ['return', 'failed', { looped: 1, done: 0, broken: true }, ['each failed', 'check 0 resolved', 'stop 0 failed']],
    [
      'break',
      'resolved',
      { looped: 1, done: 0, broken: true },
      ['each resolved', 'check 0 resolved', 'stop 0 failed', 'out resolved'],
    ],
    [
      'continue',
      'resolved',
      { looped: 2, done: 2 },
      ['each resolved', 'check 0 resolved', 'stop 0 failed', 'check 1 resolved', 'stop 1 failed', 'out resolved'],
    ],
  ])('Trap 16: a node that fails inside a condition inside a loop: exit %s', async (exit, status, result, runs) => {
    const check = { key: 'check', type: 'condition', config: math('true'), branches: { true: [fail] } };
    const ran = await run([
      { key: 'each', type: 'loop', config: { target: 2, exit }, branches: { body: [check] } },
      output(1),
    ]);
    expect([ran.status, ran.result('each'), ran.runs]).toEqual([status, result, runs]);
  });

  it('Trap 16: a failing branch of multi-conditions bubbles to the loop, whose policy decides', async () => {
    const conditions = [{ key: 'always', ...math('true') }];
    const multi = { key: 'multi', type: 'multi-conditions', config: { conditions }, branches: { always: [fail] } };
    const each = { key: 'each', type: 'loop', config: { target: 2, exit: 'continue' }, branches: { body: [multi] } };
    expect(await run([each, output('after')])).toMatchObject({ status: 'resolved', output: 'after' });
  });

  it.each([
    [true, 'resolved', 'after'],
    [false, 'failed', 'otherwise'],
  ])(
    'Trap 16: multi-conditions without a match run otherwise; continueOnNoMatch %s: %s',
    async (goOn, status, last) => {
      const config = { continueOnNoMatch: goOn, conditions: [{ key: 'never', ...math('false') }] };
      const branches = { never: [output('never', 'n')], otherwise: [output('otherwise', 'o')] };
      const ran = await run([{ key: 'multi', type: 'multi-conditions', config, branches }, output('after')]);
      expect(ran).toMatchObject({ status, output: last });
      expect(ran.runs.slice(0, 2)).toEqual([`multi ${status}`, 'o resolved']);
    },
  );

  it.each([
    ['all', 'suspended', null],
    ['allSettled', 'suspended', null],
    ['any', 'ended', ['aborted', 'resolved']],
    ['race', 'ended', ['aborted', 'resolved']],
  ])('Trap 16: a parallel %s with a branch that waits is %s', async (mode, kind, result) => {
    const branches = { slow: [pause('wait')], quick: [output('quick')] };
    const journal = inMemoryJournal();
    const nodes = [{ key: 'p', type: 'parallel', config: { mode }, branches }];
    const ran = await runToResult({ trigger: webhook, nodes }, {}, { ports: { journal } });
    expect(ran.kind).toBe(kind);
    if (ran.kind === 'ended') expect(ran.nodeRuns.find((found) => found.nodeKey === 'p')?.result).toEqual(result);
  });

  it('Trap 16: branches that wait for different times are resumed each at its own', async () => {
    const branches = { a: [pause('one', 1), output('a', 'oa')], b: [pause('nine', 9), output('b', 'ob')] };
    const nodes = [{ key: 'p', type: 'parallel', branches }];
    const { result, runs, journal } = await runAndResume(nodes, [new Date('2026-01-04'), new Date('2026-01-12')]);
    expect(journal.entries.map((entry) => entry.resumeAt?.toISOString())).toEqual([
      '2026-01-03T03:04:05.678Z',
      '2026-01-11T03:04:05.678Z',
    ]);
    expect(result).toMatchObject({ kind: 'ended', status: 'resolved', output: 'b' });
    expect(runs.map((found) => [found.nodeKey, found.status])).toEqual([
      ['p', 'resolved'],
      ['one', 'resolved'],
      ['nine', 'resolved'],
      ['oa', 'resolved'],
      ['ob', 'resolved'],
    ]);
  });

  it('Trap 16: a wait of a branch that lost is aborted, and a resumption after the decision changes nothing', async () => {
    const branches = { a: [pause('one', 1)], b: [pause('nine', 9), output('late', 'late')] };
    const nodes = [
      { key: 'p', type: 'parallel', config: { mode: 'race' }, branches },
      pause('after', 30),
      output('end'),
    ];
    const { result, runs } = await runAndResume(nodes, [new Date('2026-01-04'), new Date('2026-03-12')]);
    expect(result).toMatchObject({ kind: 'ended', output: 'end' });
    expect(runs.map((found) => [found.nodeKey, found.status])).toEqual([
      ['p', 'resolved'],
      ['one', 'resolved'],
      ['nine', 'aborted'],
      ['after', 'resolved'],
      ['out', 'resolved'],
    ]);
  });

  it('Trap 16: nested loops have scopes of their own, which are gone after them', async () => {
    const inner = output([
      '{{$scopes.outer.item}}',
      '{{$scopes.inner.item}}',
      '{{$scopes.inner.sequence}}',
      '{{$scopes.inner.length}}',
    ]);
    const loop = (key: string, target: Json, body: unknown[]) => ({
      key,
      type: 'loop',
      config: { target },
      branches: { body },
    });
    const ran = await run([loop('outer', ['a', null], [loop('inner', 'xü', [inner])])]);
    expect(
      ran.nodeRuns.filter((found) => found.nodeKey === 'out').map(({ rounds, result }) => [rounds, result]),
    ).toEqual([
      [
        [0, 0],
        ['a', 'x', 1, 2],
      ],
      [
        [0, 1],
        ['a', 'ü', 2, 2],
      ],
      [
        [1, 0],
        [null, 'x', 1, 2],
      ],
      [
        [1, 1],
        [null, 'ü', 2, 2],
      ],
    ]);
  });

  it('Trap 16: a variable assigned in a loop is seen after it, and the last output wins', async () => {
    const add = { type: 'variable', config: { target: 'sum', value: '{{$jobsMapByNodeKey.next}}' } };
    const next = {
      key: 'next',
      type: 'calculation',
      config: math('{{$jobsMapByNodeKey.sum}} + {{$scopes.each.item}}'),
    };
    const nodes = [
      { key: 'sum', type: 'variable', config: { value: 0 } },
      {
        key: 'each',
        type: 'loop',
        config: { target: [1, 2, 3] },
        branches: { body: [next, add, output('early', 'o1')] },
      },
      output('{{$jobsMapByNodeKey.sum}}', 'o2'),
    ];
    expect((await run(nodes)).output).toBe(6);
  });

  it('Trap 16: the target is that of the start, whatever an inner node does to its source', async () => {
    const grow = { type: 'variable', config: { target: 'list', value: [1, 2, 3, 4, 5] } };
    const nodes = [
      { key: 'list', type: 'variable', config: { value: ['a', null] } },
      { key: 'each', type: 'loop', config: { target: '{{$jobsMapByNodeKey.list}}' }, branches: { body: [grow] } },
    ];
    expect((await run(nodes)).result('each')).toEqual({ looped: 2, done: 2 });
  });

  it.each([
    [2.9, 2],
    [-3, 0],
    [null, 0],
    [{ a: 1 }, 1],
    ['', 0],
  ])('Trap 16: a loop over %j goes round %i times', async (target, looped) => {
    const each = { key: 'each', type: 'loop', config: { target }, branches: { body: [output(1)] } };
    expect((await run([each])).result('each')).toEqual({ looped, done: looped });
  });

  it.each([
    [
      { checkpoint: 'before', continueOnFalse: false },
      { looped: 0, done: 0, broken: true },
    ],
    [
      { checkpoint: 'before', continueOnFalse: true },
      { looped: 4, done: 2 },
    ],
    [
      { checkpoint: 'after', continueOnFalse: false },
      { looped: 2, done: 2, broken: true },
    ],
    [
      { checkpoint: 'after', continueOnFalse: true },
      { looped: 4, done: 3 },
    ],
  ])('Trap 16: a loop asks its condition per round: %j', async (how, result) => {
    const condition = { ...how, ...math('{{$scopes.each.index}} % 2 == 1') };
    const each = { key: 'each', type: 'loop', config: { target: 4, condition }, branches: { body: [output(1)] } };
    expect((await run([each])).result('each')).toEqual(result);
  });
});
