import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluateExpression } from './evaluate.js';
import type { TemplateScope } from './template.js';

const scope = {
  a: 2,
  b: '3',
  list: [1, 2, 3],
  text: 'x',
  o: { k: 5 },
  t: true,
  huge: 1e9,
  none: null,
  evil: '2); import({})',
};

const evaluateMath = (expression: string, scope: TemplateScope) =>
  evaluateExpression({ engine: 'math.js', expression }, scope);

describe('the math.js engine', () => {
  it.each<[string, unknown]>([
    ['{{a}} * 2', 4],
    ['2{{a}}', 4],
    ['{{a}} + {{b}}', 5],
    ['0.1 + 0.2', 0.3],
    ['1 / 3', 0.333333333],
    ['1 / 0', null],
    ['0 / 0', null],
    ['-0.0000000001', 0],
    ['1e30 * 2', 2e30],
    ['{{list}}[1]', 1],
    ['{{list}} * 2', [2, 4, 6]],
    ['sum({{list}})', 6],
    [
      '[1, 2; 3, 4]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['1:4', [1, 2, 3, 4]],
    ['{{list}}[2:end]', [2, 3]],
    ['{{a}} > 1 and {{t}}', true],
    ['equalText({{text}}, "x")', true],
    ['"it\'s"', "it's"],
    ["[1, 2]' + 1", [2, 3]],
    ['{{o}}.k + {{o.k}}', 10],
    ['{{missing}}', null],
    ['{{missing:4}} * 2', 8],
    ['2 cm + 1 mm', '2.1 cm'],
    ['sqrt(-1)', 'i'],
    ['bignumber(1) / 4', 0.25],
    ['fraction(1, 4)', 0.25],
    ['x = {{a}}; x + 1', 3],
    ['map({{list}}, f(x) = x ^ 2)', [1, 4, 9]],
    ['{k: {{a}}}', { k: 2 }],
    ['factorial(5) + combinations(5, 2)', 130],
    ['zeros(2)', [0, 0]],
    ['format(1 / 3, 3)', '0.333'],
  ])('%s', (expression, expected) => {
    expect(evaluateMath(expression, scope)).toEqual(expected);
  });

  it('binds payload text as a value, never as code', () => {
    expect(evaluateMath('concat({{evil}}, "!")', scope)).toBe('2); import({})!');
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(evaluateMath('concat({{p}}, "")', { p: text })).toBe(text);
      }),
    );
  });

  it.each([
    'import({a: 1})',
    'evaluate("1")',
    'parse("1")',
    'compile("1")',
    'createUnit("u")',
    'simplify("1")',
    'derivative("x^2", "x")',
    'parser()',
    'chain(1)',
    'reviver()',
    'typed("a", {})',
    'config({})',
    'setPowerset([1])',
    'map([1], evaluate)',
  ])('refuses %s', (expression) => {
    expect(() => evaluateMath(expression, scope)).toThrow(expect.objectContaining({ code: 'expression_syntax' }));
  });

  it.each([
    'zeros({{huge}})',
    'ones(200, 200)',
    'identity({{huge}})',
    'range(1, {{huge}})',
    '1:{{huge}}',
    'range("1:1000000000")',
    '{{huge}}!',
    'resize([1], [1000000000])',
    'random([100000])',
    'format(1, {precision: 1000000})',
    'map([1000000], zeros)',
    'combinations({{huge}}, 5)',
    'diag(1:1000)',
    'bellNumbers({{huge}})',
    'isPrime(9007199254740881)',
  ])('refuses the size that %s asks for', (expression) => {
    expect(() => evaluateMath(expression, scope)).toThrow(expect.objectContaining({ code: 'expression_limit' }));
  });

  it('does not change values of the workflow', () => {
    const values = { list: [1, 2], o: { k: 1 } };
    for (const expression of [
      '{{list}}[1] = 9',
      '{{o}}.k = 9',
      'subset({{list}}, index(1), 9)',
      'x = {{list}}; x[1] = 9',
    ]) {
      expect(() => evaluateMath(expression, values)).toThrow(expect.objectContaining({ code: 'expression_syntax' }));
    }
    expect(values).toEqual({ list: [1, 2], o: { k: 1 } });
  });

  it('refuses functions that could recurse', () => {
    for (const expression of ['f(x) = f(x)', 'map([1], f(x) = f(x))', 'map([1], f(x) = x(x))', '{a: 1}.a(2)']) {
      expect(() => evaluateMath(expression, {})).toThrow(expect.objectContaining({ code: 'expression_syntax' }));
    }
  });

  it('says where a template stands in quotes, which would compare with a name', () => {
    expect(() => evaluateMath('"{{text}}" == 1', scope)).toThrow(/without quotes/);
  });

  it('names the path, not the generated name, in a failure', () => {
    expect(() => evaluateMath('undefinedFunction({{a}})', scope)).toThrow(
      expect.objectContaining({ code: 'expression_failed' }),
    );
    expect(() => evaluateMath('{{a}} {{', scope)).toThrow(/never closed/);
  });

  it('survives payloads that pretend to be values of the library', () => {
    const forged = {
      isDenseMatrix: true,
      isMatrix: true,
      constructor: { prototype: { isMatrix: true, isNode: true } },
      toString: 1,
    };
    expect(() => evaluateMath('{{p}} + 1', { p: forged })).toThrow(
      expect.objectContaining({ code: 'expression_failed' }),
    );
    expect(() => evaluateMath('sum({{p}})', { p: { constructor: null } })).toThrow(
      expect.objectContaining({ code: 'expression_failed' }),
    );
  });
});
