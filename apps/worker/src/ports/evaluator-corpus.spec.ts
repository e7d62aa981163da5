import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EvaluationRequest, EvaluationResult } from '#engine';
import type { Json } from '#shared';
import { createEvaluator } from './evaluator.js';

/** A process that runs from its sources takes seconds to start on a busy machine. */
jest.setTimeout(120_000);

const MB = 1024 * 1024;

let impatient: ReturnType<typeof createEvaluator>;
let patient: ReturnType<typeof createEvaluator>;
beforeAll(() => {
  impatient = createEvaluator({ memoryBytes: 96 * MB, timeMs: 4_000, outputBytes: MB, processes: 1 });
  // For what ends by itself: a busy machine must not make a time-out of it.
  patient = createEvaluator({ memoryBytes: 96 * MB, timeMs: 60_000, outputBytes: MB, processes: 1 });
});
afterAll(() => Promise.all([impatient.close(), patient.close()]));

function evaluate(
  engine: EvaluationRequest['engine'],
  expression: string,
  source: Json,
  evaluator = patient,
): Promise<EvaluationResult> {
  return evaluator.evaluate({ engine, expression, source, signal: new AbortController().signal });
}

/** Ended by a limit and not by chance; what comes next finds an evaluator that works. */
async function expectEnded(engine: EvaluationRequest['engine'], expression: string, source: Json): Promise<void> {
  expect(await evaluate(engine, expression, source, impatient)).toMatchObject({
    ok: false,
    code: expect.stringMatching(/^expression_(timeout|memory|output|limit|failed|syntax)$/),
  });
  expect(await evaluate('jmespath', '@', 'alive', impatient)).toEqual({ ok: true, result: 'alive' });
}

const many = Array.from({ length: 10_000 }, (_, index) => index);
/** Ten lists in ten lists in ten lists: small, with 10^6 ways through it. */
const nested = Array.from({ length: 6 }).reduce<Json>((inner) => Array.from({ length: 10 }, () => inner), 1);

type Bomb = [what: string, engine: EvaluationRequest['engine'], expression: string, source?: Json];

const BOMBS: Bomb[] = [
  ['recursion without end', 'jsonata', '($f := function($n) { $n > 0 ? $f($n + 1) : 0 }; $f(1))'],
  ['recursion that deepens', 'jsonata', '($f := function($n) { 1 + $f($n + 1) }; $f(1))'],
  [
    'a loop in loops',
    'jsonata',
    '$map([1..90000], function($i) { $count($map([1..90000], function($j) { $i * $j })) })',
  ],
  ['lists that fill the memory', 'jsonata', '$map([1..90000], function($i) { [1..1000] })'],
  ['a huge range', 'jsonata', '[1..10000000]'],
  ['a text that doubles', 'jsonata', '$length($reduce([1..40], function($text) { $text & $text }, "xx"))'],
  ['a list that doubles', 'jmespath', Array.from({ length: 40 }, () => '[@, @]').join(' | '), 'x'],
  ['a loop in loops', 'jmespath', 'map(&map(&map(&length(to_string(@)), $.many), $.many), many)', { many }],
  ['descents in descents', 'jsonpathplus', `$${'..*'.repeat(6)}`, nested],
  ['a filter in a descent', 'jsonpathplus', `$${'..[?(@.length > 0)]'.repeat(6)}`, nested],
  [
    'a function in functions',
    'math.js',
    'map({{a}}, f(x) = sum(map({{a}}, g(y) = x * y)))',
    { value_0: many, value_1: many },
  ],
  ['a product of matrices', 'math.js', 'det(ones(100, 100) .* {{a}}) + 1:1e9', { value_0: 1 }],
  [
    'a long text over and over',
    'formula.js',
    Array.from({ length: 900 }, () => '{{a}}').join('&'),
    bound('x'.repeat(100_000)),
  ],
];

/** The same value for each name that an expression with many templates has. */
function bound(value: Json): Json {
  return Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`value_${index}`, value]));
}

const LONG = 'x'.repeat(5 * MB);

describe('T49: what an expression may take', () => {
  it.each(BOMBS)(
    'T49: %s (%s) is ended, and the evaluator lives on',
    async (_what, engine, expression, source = null) => {
      await expectEnded(engine, expression, source);
    },
  );

  it.each<[EvaluationRequest['engine'], string]>([
    ['jmespath', '@'],
    ['jsonpathplus', '$.text'],
    ['jsonata', 'text'],
    ['math.js', '{{text}}'],
    ['formula.js', '{{text}}'],
  ])('T49: %s gives no result above the limit', async (engine, expression) => {
    const source = { text: LONG, value_0: LONG };
    expect(await evaluate(engine, expression, source)).toMatchObject({ code: 'expression_output' });
  });

  it('T48: one expression leaves nothing behind for the next', async () => {
    const pollute = '$merge([{"__proto__": {"polluted": "yes"}}])';
    await evaluate('jsonata', pollute, null);
    await evaluate('jsonata', '$ ~> |a|{"__proto__": {"polluted": "yes"}}|', { a: {} });
    await evaluate('jmespath', `from_items([['__proto__', {polluted: 'yes'}]])`, null);
    expect(await evaluate('jsonata', 'polluted', {})).toEqual({ ok: true, result: null });
    expect(await evaluate('jsonpathplus', '$..polluted', { a: {} })).toEqual({ ok: true, result: null });
    expect(await evaluate('jmespath', '*.polluted', { a: {} })).toEqual({ ok: true, result: [] });
  });
});
