import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { evaluateExpression } from './evaluate.js';

const scope = {
  $context: {
    data: {
      amount: 250,
      name: 'Ann',
      tags: ['a', 5],
      when: '2026-01-01',
      nothing: null,
      o: { toString: 1 },
      same: { toString: 1 },
    },
  },
  $system: { now: () => new Date('2026-06-01T00:00:00Z') },
};

function basic(calculator: string, left: Json, right: Json): Json {
  return evaluateExpression({ engine: 'basic', calculation: { calculator, operands: [left, right] } }, scope);
}

describe('the basic engine', () => {
  it.each<[string, Json, Json, boolean]>([
    ['equal', '{{$context.data.amount}}', '250', true],
    ['==', 'a', 'b', false],
    ['notEqual', 1, 2, true],
    ['!=', 1, '1', false],
    ['gt', '{{$context.data.amount}}', 100, true],
    ['>=', 100, 100, true],
    ['lt', '10', 9, false],
    ['<=', 1, 2, true],
    ['includes', 'hello', 'ell', true],
    ['includes', '{{$context.data.tags}}', '5', true],
    ['notIncludes', '{{$context.data.tags}}', 'z', true],
    ['startsWith', 'refs/heads/main', 'refs/', true],
    ['notStartsWith', 'x', 'y', true],
    ['endsWith', 'a.png', '.png', true],
    ['notEndsWith', 'a.png', '.gif', true],
    ['gt', '{{$system.now}}', '{{$context.data.when}}', true],
    ['equal', '{{$system.now}}', '2026-06-01T00:00:00.000Z', true],
    ['equal', '{{$system.now}}', null, false],
    ['notEqual', '{{$system.now}}', true, true],
    ['includes', '{{$context.data.missing}}', '', false],
    ['startsWith', 'abc', '{{$context.data.missing}}', false],
    ['equal', '{{$context.data.missing}}', null, true],
    ['equal', '{{$context.data.o}}', 'x', false],
    ['equal', '{{$context.data.o}}', '{{$context.data.same}}', true],
    ['gt', '{{$context.data.o}}', 1, false],
  ])('%s of %j and %j is %j', (calculator, left, right, expected) => {
    expect(basic(calculator, left, right)).toBe(expected);
  });

  it('takes what is not configured as true, and an empty or as false', () => {
    const group = (type: string): Json => ({ group: { type, calculations: [] } });
    const of = (calculation?: Json): Json =>
      evaluateExpression(calculation === undefined ? { engine: 'basic' } : { engine: 'basic', calculation }, scope);
    expect([of(), of({}), of({ calculator: 'gt' }), of(group('and')), of(group('or'))]).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('nests groups', () => {
    const leaf = (right: number): Json => ({ calculator: 'gt', operands: ['{{$context.data.amount}}', right] });
    const calculation = {
      group: {
        type: 'and',
        calculations: [leaf(100), { group: { type: 'or', calculations: [leaf(1000), leaf(200)] } }],
      },
    };
    expect(evaluateExpression({ engine: 'basic', calculation }, scope)).toBe(true);
  });

  it('refuses an unknown calculator', () => {
    expect(() => basic('matches', 1, 2)).toThrow(expect.objectContaining({ code: 'unknown_calculator' }));
  });
});

describe('the string engine', () => {
  it('puts text together and leaves out null, NaN and infinities', () => {
    const values = { n: null, nan: NaN, inf: Infinity, a: 1, o: [1] };
    expect(evaluateExpression({ engine: 'string', expression: '<{{n}}{{nan}}{{inf}}{{a}}{{o}}>' }, values)).toBe(
      '<1[1]>',
    );
  });
});

describe('evaluateExpression', () => {
  it('refuses an unknown engine', () => {
    expect(() => evaluateExpression({ engine: 'lua', expression: '1' }, scope)).toThrow(
      expect.objectContaining({ code: 'unknown_engine' }),
    );
  });

  it('gives null for an empty expression', () => {
    expect([
      evaluateExpression({ engine: 'math.js' }, {}),
      evaluateExpression({ engine: 'string', expression: ' ' }, {}),
    ]).toEqual([null, null]);
  });
});
