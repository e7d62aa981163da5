import { describe, expect, it } from '@jest/globals';
import { checkExpression } from '../check-expression.js';
import { evaluateExpression } from '../evaluate.js';
import { formulaFunctions } from './formula-functions.js';

const scope = {
  a: 2,
  b: '3',
  list: [1, 2, 3],
  rows: [{ price: 1.5 }, { price: 2 }],
  text: 'x',
  o: { k: 5, 'a b': { c: [7] } },
  none: null,
  evil: '"), CHAR(65), ("',
  now: () => new Date('2026-03-01T23:30:00.000Z'),
};

const formula = (expression: string) => evaluateExpression({ engine: 'formula.js', expression }, scope);

describe('the formula.js engine', () => {
  it.each<[string, unknown]>([
    ['{{a}} * 2', 4],
    ['SUM({{list}})', 6],
    ['sum({{rows.price}}, 1)', 4.5],
    ['0.1 + 0.2', 0.3],
    ['1 / 3', 0.333333333],
    ['1 / 0', null],
    ['-(2) ^ 2', 4],
    ['2 ^ 3 ^ 2', 512],
    ['7 % 4', 3],
    ['"a" & {{a}} & \'b\'', 'a2b'],
    ['"a" + {{a}}', 'a2'],
    ['{{a}} = 2', true],
    ['{{b}} == 3', true],
    ['{{b}} === 3', false],
    ['{{a}} <> 2', false],
    ['{{a}} != 3 && {{a}} < 3', true],
    ['{{a}} > 1 ? "big" : "small"', 'big'],
    ['IF({{a}} > 1, "big", "small")', 'big'],
    ['IF({{missing}}, 1, 2)', 2],
    ['IF(TRUE, "yes", "no")', 'yes'],
    ['!{{none}}', true],
    ['{{o}}.k + {{list}}[0]', 6],
    ['{{o}}["a b"].c[0]', 7],
    ['{{list}}.length', 3],
    ['{{list}}', [1, 2, 3]],
    ['[1, {{a}}]', [1, 2]],
    ['{{o}}.missing', null],
    ['LEN({{text}}&"it\'s")', 5],
    ["LEN('') & IF({{text}}='x','yes','')", '0yes'],
    ['IFERROR(VALUE("no number"), 0)', 0],
    ['TEXTJOIN(", ", TRUE, {{list}})', '1, 2, 3'],
    ['SUBSTITUTE("a-b-c", "-", "+")', 'a+b+c'],
    ['SUBSTITUTE("a-b-c", "-", "+", 2)', 'a-b+c'],
    ['REPT("ab", 3)', 'ababab'],
    ['CONCATENATE("a", TRUE, 1)', 'aTRUE1'],
    ['ROUND(2.345, 2)', 2.35],
    ['COUNTIF({{list}}, ">1")', 2],
    ['{{now}}', '2026-03-01T23:30:00.000Z'],
    ['HOUR({{now}}) & "/" & DAY({{now}}) & "/" & WEEKDAY({{now}})', '23/1/1'],
    ['EDATE("2026-01-31", 1)', '2026-02-28T00:00:00.000Z'],
    ['EOMONTH("2026-01-31", 1)', '2026-02-28T00:00:00.000Z'],
    ['DAYS("2026-03-01", "2026-02-01")', 28],
    ['DATE(2026, 2, 29)', '2026-03-01T00:00:00.000Z'],
  ])('%s is %j', (expression, expected) => {
    expect(checkExpression({ engine: 'formula.js', expression })).toEqual([]);
    expect(formula(expression)).toEqual(expected);
  });

  it.each([
    ['1 +', /Expected expression/],
    ['foo', /there is no "foo"/],
    ['FOO(1)', /there is no function "FOO"/],
    ['"{{a}}"', /stands without quotes/],
    ["LEN(1)'{{a}}'", /stands without quotes/],
    ['{{o}}.k()', /methods cannot be called/],
    ['1, 2', /write one expression|Unexpected/],
    ['1; 2', /write one expression/],
    ['this', /only values, operators and functions/],
    ['1 | 2', /Unexpected|no operator/],
    ['{{a}} = = 2', /./],
    ['('.repeat(3000) + '1' + ')'.repeat(3000), /nested too deep|nest at most/],
    [`1${'+1'.repeat(600)}`, /nest at most/],
    ['1'.repeat(10_001), /at most 10000 characters/],
  ])('refuses %.60s before it is evaluated', (expression, message) => {
    const faults = checkExpression({ engine: 'formula.js', expression });
    expect(faults).toEqual([{ pointer: '/expression', code: 'syntax', message: expect.stringMatching(message) }]);
  });

  it.each([
    ['VALUE("no number")', '#VALUE!'],
    ['{{o}} + 1', '#VALUE!'],
    ['1 + NA()', '#N/A'],
    ['-{{list}}', '#VALUE!'],
    ['YEAR("never")', '#VALUE!'],
  ])('makes the error of %s an EngineError', (expression, message) => {
    expect(() => formula(expression)).toThrow(expect.objectContaining({ code: 'expression_failed', message }));
  });

  it('binds variables as values, so that a payload cannot bring code', () => {
    expect(formula('LEN({{evil}}) & {{evil}}')).toBe('16"), CHAR(65), ("');
  });

  it('has every function of its list', () => {
    for (const [name, call] of formulaFunctions) expect([name, typeof call]).toEqual([name, 'function']);
  });
});
