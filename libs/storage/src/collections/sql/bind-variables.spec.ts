import { describe, expect, it } from '@jest/globals';
import { bindVariables } from './bind-variables.js';

const bind = (sql: string, variables = {}) => bindVariables(sql, variables);

describe('variables of SQL', () => {
  it.each([
    ['select :a', 'select $1'],
    ['select :a, :b, :a', 'select $1, $2, $1'],
    ['select :a::int', 'select $1::int'],
    ['select ":a", \':a\', "a"":a"', 'select ":a", \':a\', "a"":a"'],
    ["select 'it''s :a', :a", "select 'it''s :a', $1"],
    [String.raw`select '\', :a`, String.raw`select '\', $1`],
    [String.raw`select e'\' :a', :a`, String.raw`select e'\' :a', $1`],
    ["select E'a'\n  '\\' :a', :a", "select E'a'\n  '\\' :a', $1"],
    [String.raw`select U&'\' , :a`, String.raw`select U&'\' , $1`],
    ['select $$ :a $$, :a', 'select $$ :a $$, $1'],
    ['select $x$ $$ :a $y$ $x$, :a', 'select $x$ $$ :a $y$ $x$, $1'],
    ['select a$b$, :a from c$b$', 'select a$b$, $1 from c$b$'],
    ['select 1 -- :a\n, :a', 'select 1 -- :a\n, $1'],
    ['select /* :a /* :a */ :a */ :a', 'select /* :a /* :a */ :a */ $1'],
    ['select a[1:2], (:a)', 'select a[1:2], ($1)'],
    ['select 1 where x @> :a and y ? 1', 'select 1 where x @> $1 and y ? 1'],
    ['select 1::text;  -- end', 'select 1::text'],
    [' ( select :a )', ' ( select $1 )'],
  ])('%s', (sql, text) => {
    expect(bind(sql, { a: 1, b: 2 }).text).toBe(text);
  });

  it('are bound in the order of their first place, and only those that are used', () => {
    expect(bind('select :b, :a, :b', { a: 'x', b: null, c: 1 }).values).toEqual([null, 'x']);
  });

  it('are text, lists of plain values, or JSON', () => {
    const variables = { n: 1.5, t: true, l: [1, 'a', null], o: { a: [1] }, m: [[1]] };
    expect(bind('select :n, :t, :l, :o, :m', variables).values).toEqual([
      '1.5',
      'true',
      ['1', 'a', null],
      '{"a":[1]}',
      '[[1]]',
    ]);
  });

  it.each(['select :nothing', 'select :toString', 'select :__proto__', 'select $1', 'select $1::int, :a'])(
    'are refused where there is none: %s',
    (sql) => {
      expect(() => bind(sql, { a: 1 })).toThrow(expect.objectContaining({ code: 'sql_variable' }));
    },
  );
});

describe('the statement', () => {
  it.each([
    '',
    '  ;',
    '-- x',
    "select 'a",
    'select "a',
    'select $$a',
    'select /* /* */',
    "select e'\\'",
    'select $',
    'select 1;select 2',
    ';select 1',
  ])('is refused where it is none, or not closed, or two: %j', (sql) => {
    expect(() => bind(sql)).toThrow(expect.objectContaining({ code: 'sql_syntax' }));
  });

  it.each([
    'set role x',
    '/* select */ copy a to b',
    '-- select\ndo $$ $$',
    '"select" 1',
    '1',
    '(((drop table x)))',
    'selects',
  ])('is refused where it is not about rows: %j', (sql) => {
    expect(() => bind(sql)).toThrow(expect.objectContaining({ code: 'sql_not_allowed' }));
  });

  it('is read in a time that grows with its length, whatever it is made of', () => {
    const started = performance.now();
    for (const piece of ["'", '"', '/*', '$a$', "e'\\", ':a ', '((', 'a$', '--\n', '; ']) {
      try {
        bind(`select ${piece.repeat(50_000)}`, { a: 1 });
      } catch (error) {
        expect(error).toMatchObject({ name: 'EngineError' });
      }
    }
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
