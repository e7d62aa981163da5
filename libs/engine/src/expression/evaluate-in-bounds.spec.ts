import { describe, expect, it } from '@jest/globals';
import type { EvaluationRequest, EvaluationResult } from '../contract/ports.js';
import { evaluateInBounds } from './evaluate-in-bounds.js';

const scope = {
  n: 2,
  text: 'abc',
  none: null,
  yes: true,
  list: [1, 2],
  object: { k: 1 },
  long: 'x'.repeat(10_001),
  now: () => new Date('2026-01-02T03:04:05.000Z'),
};

function boundsThatAnswer(answer: EvaluationResult) {
  const asked: EvaluationRequest[] = [];
  const evaluator = {
    evaluate: async (request: EvaluationRequest) => {
      asked.push(request);
      return answer;
    },
  };
  return { asked, bounds: { evaluator, signal: new AbortController().signal } };
}

function place(engine: string, expression: string): 'here' | 'evaluator' {
  const { asked, bounds } = boundsThatAnswer({ ok: true, result: null });
  const result = evaluateInBounds({ engine, expression }, scope, bounds);
  expect(result instanceof Promise).toBe(asked.length === 1);
  return asked.length === 1 ? 'evaluator' : 'here';
}

describe('evaluateInBounds', () => {
  it.each([
    ['math.js', '{{n}} * 2 + 1 > 3 and {{yes}}'],
    ['math.js', '{{n}} > 1 ? "a" : concat({{text}}, "b")'],
    ['math.js', '1 < {{n}} < 3'],
    ['math.js', 'round(max({{n}}, pi) ^ 2, 2)'],
    ['math.js', '{{missing}} == null'],
    ['formula.js', 'IF({{n}} > 1, UPPER({{text}}), SUM({{n}}, 1))'],
    ['formula.js', 'YEAR({{now}})'],
    ['formula.js', '{{none}} = NULL'],
    ['string', 'a {{list}} b {{long}}'],
    ['math.js', ' '],
  ])('evaluates %s %j at once, without a promise', (engine, expression) => {
    expect(place(engine, expression)).toBe('here');
  });

  it('evaluates basic at once, whatever it compares', () => {
    const { bounds } = boundsThatAnswer({ ok: true, result: null });
    const calculation = { calculator: 'equal', operands: ['{{list}}', '{{list}}'] };
    expect(evaluateInBounds({ engine: 'basic', calculation }, scope, bounds)).toBe(true);
  });

  it.each([
    ['math.js', 'sum({{list}})'],
    ['math.js', '{{object}}.k'],
    ['math.js', 'concat({{long}}, "x")'],
    ['math.js', '{{n}}!'],
    ['math.js', 'factorial({{n}})'],
    ['math.js', '1:{{n}}'],
    ['math.js', '[1, 2]'],
    ['math.js', '{a: 1}'],
    ['math.js', 'zeros({{n}})'],
    ['math.js', 'a = 2; a * 2'],
    ['math.js', 'map([1], f(x) = x)'],
    ['math.js', '5 cm to mm'],
    ['math.js', 'bignumber({{n}})'],
    ['math.js', `1${' + 1'.repeat(100)}`],
    ['formula.js', 'SUM({{list}})'],
    ['formula.js', '{{object}}.k'],
    ['formula.js', 'LEN({{long}})'],
    ['formula.js', `1${' + 1'.repeat(100)}`],
  ])('hands %s %.40j to the evaluator', (engine, expression) => {
    expect(place(engine, expression)).toBe('evaluator');
  });

  it('sends values by their bound names, as JSON', async () => {
    const { asked, bounds } = boundsThatAnswer({ ok: true, result: 7 });
    const expression = 'SUM({{list}}) & {{now}} & {{missing}}';
    expect(await evaluateInBounds({ engine: 'formula.js', expression }, scope, bounds)).toBe(7);
    expect(asked).toEqual([
      {
        engine: 'formula.js',
        expression,
        source: { value_0: [1, 2], value_1: '2026-01-02T03:04:05.000Z', value_2: null },
        signal: bounds.signal,
      },
    ]);
  });

  it('throws what the evaluator met', async () => {
    const { bounds } = boundsThatAnswer({ ok: false, code: 'expression_timeout', message: 'too long' });
    await expect(
      evaluateInBounds({ engine: 'math.js', expression: 'sum({{list}})' }, scope, bounds),
    ).rejects.toMatchObject({
      name: 'EngineError',
      code: 'expression_timeout',
      message: 'too long',
    });
  });

  it('throws at once what does not parse, and for unknown engines', () => {
    const { asked, bounds } = boundsThatAnswer({ ok: true, result: null });
    const evaluate = (engine: string) => () => evaluateInBounds({ engine, expression: '(1' }, scope, bounds);
    expect(evaluate('math.js')).toThrow(expect.objectContaining({ code: 'expression_syntax' }));
    expect(evaluate('formula.js')).toThrow(expect.objectContaining({ code: 'expression_syntax' }));
    expect(evaluate('lua')).toThrow(expect.objectContaining({ code: 'unknown_engine' }));
    expect(asked).toEqual([]);
  });
});
