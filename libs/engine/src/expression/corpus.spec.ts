import { afterEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { EvaluationRequest } from '../contract/ports.js';
import { checkExpression } from './check-expression.js';
import { evaluateRequest } from './evaluate-request.js';
import { evaluateExpression } from './evaluate.js';
import { renderTemplate, templateFaults } from './template.js';

const QUERIES = ['jmespath', 'jsonpathplus', 'jsonata'] as const;
const COMPILED = ['math.js', 'formula.js'] as const;
const ENGINES = [...COMPILED, ...QUERIES];

/** What a payload holds; own properties that lead nowhere are part of it. */
const data = { x: 'text', list: [1, 2], object: { k: 1 }, items: [{ name: 'a' }, { name: 'b' }] };

type Answer = { refused: string } | { result: Json };

async function ask(engine: EvaluationRequest['engine'], expression: string, source: Json = data): Promise<Answer> {
  const isQuery = (QUERIES as readonly string[]).includes(engine);
  if (!isQuery) return askCompiled(engine, expression, source);
  const evaluated = await evaluateRequest({ engine, expression, source });
  return evaluated.ok ? { result: evaluated.result } : { refused: evaluated.code };
}

function askCompiled(engine: string, expression: string, source: Json): Answer {
  try {
    return { result: evaluateExpression({ engine, expression }, { $context: { data: source } }) };
  } catch (error) {
    if (error instanceof EngineError) return { refused: error.code };
    throw error;
  }
}

/** Nothing came out: a refusal, or none of the values that the attack was after. */
function expectNothing(answer: Answer): void {
  if ('refused' in answer) expect(answer.refused).toMatch(/^expression_(syntax|failed|limit)$/);
  else expect([null, false, [], {}, '']).toContainEqual(answer.result);
}

afterEach(() => {
  for (const prototype of [Object.prototype, Array.prototype, String.prototype, Function.prototype]) {
    expect(Object.keys(prototype)).toEqual([]);
  }
});

const ESCAPES = [
  "constructor.constructor('return process')()",
  "''.constructor.constructor('return process')()",
  "[].constructor.constructor('return process')()",
  "({}).constructor.constructor('return process')()",
  "this.constructor.constructor('return process')()",
  "x.constructor.constructor('return process')()",
  "$.constructor.constructor('return process')()",
  '$.x.constructor.name',
  "$[?(@.constructor.constructor('return process')())]",
  "$..[?(''['constructor']['constructor']('return process')())]",
  "$..[?(@['con' + 'structor'])]",
  '$..[?(@.__proto__.polluted = 1)]',
  '$..__proto__',
  '$.list.constructor',
  '__proto__',
  '__proto__.polluted = 1',
  'object.__proto__',
  'object."__proto__".x',
  '"constructor"."prototype"',
  '$lookup($, "constructor")',
  '$merge([{"__proto__": {"polluted": 1}}]).polluted',
  '$ ~> |object|{"__proto__": {"polluted": 1}}|.polluted',
  '$eval("1 + 1")',
  '$sum.constructor',
  "[...'process']",
  '{...globalThis}',
  'Math.max(...[1, 2])',
  "''['con' + 'structor']",
  "''[`constructor`]",
  "{['constructor']: 1}",
  "(class extends Function {})('return process')()",
  'class A extends Function {}',
  'Function`return process```',
  '`${process}`',
  '(() => process)()',
  '(function() { return process })()',
  "new Function('return process')()",
  "import('node:fs')",
  "eval('process')",
  'process.env',
  'globalThis.process',
  "require('node:fs')",
  'Object.prototype.polluted = 1',
  'f(x) = x.constructor; f(1)',
  'cos.constructor("return process")()',
  'parse("1 + 1").compile().evaluate()',
  'SUM.constructor("return process")()',
  'SUM["constructor"]',
  '[1]["constructor"]["constructor"]("return process")()',
];

describe('T48: expressions are data of a small language', () => {
  it.each(ENGINES.flatMap((engine) => ESCAPES.map((escape) => [engine, escape] as const)))(
    'T48: %s gives nothing for %s',
    async (engine, escape) => {
      expectNothing(await ask(engine, escape));
    },
  );

  it.each(
    COMPILED.flatMap((engine) => ['constructor', '__proto__', 'toString', 'valueOf'].map((name) => [engine, name])),
  )('T48: %s reaches no %s through a variable', async (engine, name) => {
    for (const value of ['object', 'list', 'x']) {
      for (const access of [`.${name}`, `["${name}"]`]) {
        expectNothing(askCompiled(engine!, `{{$context.data.${value}}}${access}`, data));
        expectNothing(askCompiled(engine!, `{{$context.data.${value}.${name}}}`, data));
      }
    }
  });

  it.each([
    "{{constructor.constructor('return process')()}}",
    "{{$context['con' + 'structor']}}",
    '{{[...$context]}}',
    '{{class extends $context}}',
    '{{`$context`}}',
    '{{$context.data.x()}}',
    '{{1+1}}',
  ])('T48: %s is no path, in any engine and in templates', (template) => {
    expect(templateFaults(template)).toHaveLength(1);
    for (const engine of ['math.js', 'formula.js', 'string']) {
      expect(checkExpression({ engine, expression: template })).toMatchObject([{ code: 'syntax' }]);
    }
    const calculation = { calculator: 'equal', operands: [template, 1] };
    expect(checkExpression({ engine: 'basic', calculation })).toMatchObject([{ code: 'syntax' }]);
  });

  it('T48: a path to a constructor or a prototype finds nothing', () => {
    for (const path of [
      'data.constructor.constructor',
      'data.__proto__',
      'data.x.constructor',
      'data.list.__proto__',
    ]) {
      expect(renderTemplate(`{{$context.${path}}}`, { $context: { data } }) ?? null).toEqual(
        path === 'data.list.__proto__' ? [] : null,
      );
    }
  });

  it('T48: a template in a payload stays as it is', async () => {
    const payload = { x: '{{1+1}} {{$env.SECRET}}', key: 'x' };
    const scope = { $context: { data: payload }, $env: { SECRET: 'hunter2' } };
    const outputs = [
      renderTemplate('{{$context.data.x}}', scope),
      renderTemplate('<{{$context.data.x}}>', scope),
      evaluateExpression({ engine: 'string', expression: '{{$context.data.x}}' }, scope),
      evaluateExpression({ engine: 'math.js', expression: 'concat({{$context.data.x}}, "")' }, scope),
      evaluateExpression({ engine: 'formula.js', expression: 'T({{$context.data.x}})' }, scope),
      ...(await Promise.all((['jmespath', 'jsonata'] as const).map((engine) => ask(engine, 'x', payload)))).map(
        (answer) => 'result' in answer && answer.result,
      ),
      ((await ask('jsonpathplus', '$.x', payload)) as { result: Json }).result,
    ];
    expect(outputs.map((output) => String(output).replace(/[<>]/g, ''))).toEqual(outputs.map(() => payload.x));
    const calculation = { calculator: 'equal', operands: ['{{$context.data.x}}', 2] };
    expect(evaluateExpression({ engine: 'basic', calculation }, scope)).toBe(false);
  });

  it('T48: a payload that looks like code is text to every engine', async () => {
    const payload = { x: '1); process.exit(1); (' };
    expect(askCompiled('math.js', 'concat({{$context.data.x}}, "!")', payload)).toEqual({ result: `${payload.x}!` });
    expect(askCompiled('formula.js', '{{$context.data.x}} & "!"', payload)).toEqual({ result: `${payload.x}!` });
  });
});

describe('T49: expressions have bounds', () => {
  const hostile = { text: `${'a'.repeat(50_000)}b` };

  it('T49: (a+)+$ on 50 kB comes to an end in the engines that have patterns', async () => {
    expect(await ask('jsonata', '$contains(text, /(a+)+$/)', hostile)).toEqual({ result: false });
    expect(await ask('jsonata', '$replace(text, /^(a|aa)+$/, "")', hostile)).toEqual({ result: hostile.text });
    expect(await ask('jsonpathplus', '$[?(@.match(/(a+)+$/))]', hostile)).toEqual({ result: null });
    expect(await ask('jsonpathplus', '$[?(/^((a)+.)+c(a+)+$/.test(@))]', hostile)).toEqual({ result: null });
  });

  it('T49: (a+)+$ is refused by the engines that have none', async () => {
    for (const expression of ['REGEXMATCH({{$context.data.text}}, "(a+)+$")', '/(a+)+$/', 'SEARCH(/(a+)+$/, "a")']) {
      expect(askCompiled('formula.js', expression, hostile)).toEqual({ refused: 'expression_syntax' });
    }
    for (const expression of ['regex({{$context.data.text}}, "(a+)+$")', '/(a+)+$/']) {
      expectNothing(askCompiled('math.js', expression, hostile));
    }
    expectNothing(await ask('jmespath', "matches(text, '(a+)+$')", hostile));
  });

  it('T49: patterns that only a backtracking engine knows are refused', async () => {
    expectNothing(await ask('jsonata', '$contains(text, /(a)\\1/)', hostile));
    expectNothing(await ask('jsonpathplus', '$[?(@.match(/(?=a)b/))]', hostile));
  });

  it('T49: trimming 50 kB is linear', async () => {
    const text = `b${' '.repeat(50_000)}b`;
    expect(await ask('jmespath', 'trim(@)', text)).toEqual({ result: text });
    expect(await ask('jmespath', "trim_right(@, 'xb')", text)).toEqual({ result: text.slice(0, -1) });
    expect(askCompiled('formula.js', 'LEN(TRIM({{$context.data}}))', text)).toEqual({ result: 3 });
  });

  it.each<[EvaluationRequest['engine'], string, string]>([
    ['formula.js', 'REPT("x", 1e9)', 'expression_limit'],
    ['formula.js', 'SUBSTITUTE(REPT("x", 30000), "x", REPT("y", 30000))', 'expression_limit'],
    ['formula.js', 'TEXTJOIN(REPT("y", 30000), FALSE, {{$context.data.many}})', 'expression_limit'],
    ['formula.js', '"x".repeat(1e9)', 'expression_syntax'],
    ['math.js', '"x".repeat(1e9)', 'expression_syntax'],
    ['math.js', 'repeat("x", 1e9)', 'expression_failed'],
    ['math.js', 'print("$x", {x: 1}, 1e9)', 'expression_syntax'],
    ['math.js', 'format(pi, {notation: "fixed", precision: 1e9})', 'expression_limit'],
    ['jmespath', "pad_left('x', `1000000000`)", 'expression_failed'],
    ['jmespath', "pad_right('x', `1000000000`, 'y')", 'expression_failed'],
    ['jsonpathplus', '$.x[?(@.repeat(1e9))]', 'expression_syntax'],
    ['jsonpathplus', '$[?(@.padStart(1e9))]', 'expression_syntax'],
    ['jsonata', '$pad("x", 1000000000)', 'expression_failed'],
    ['jsonata', '$pad("x", -1000000000, "y")', 'expression_failed'],
  ])('T49: %s refuses to grow a text by %s', async (engine, expression, refused) => {
    const source = { x: ['a'], text: 'a', many: Array.from({ length: 1_000 }, () => 'x') };
    expect(await ask(engine, expression, source)).toEqual({ refused });
  });

  it.each<[EvaluationRequest['engine'], string]>([
    ['math.js', '1:1e9'],
    ['math.js', 'range(1, 1e9)'],
    ['math.js', 'zeros(1e9)'],
    ['math.js', 'ones(1e5, 1e5)'],
    ['math.js', 'identity(1e6)'],
    ['math.js', 'kron(ones(100, 100), ones(100, 100))'],
    ['math.js', 'resize([1], [1e9])'],
    ['math.js', '1e9!'],
    ['math.js', 'setPowerset([1, 2, 3])'],
    ['formula.js', 'MUNIT(1e5)'],
    ['formula.js', 'EXPAND([1], 1e5, 1e5)'],
    ['formula.js', 'FACT(1e9)'],
    ['formula.js', 'COMBIN(1e9, 5e8)'],
    ['jsonata', '[1..1e9]'],
    ['jsonata', '$append([1..90000], [1..90000])'],
    ['jmespath', '@.range(`0`, `1000000000`)'],
  ])('T49: %s refuses the list of %s', async (engine, expression) => {
    expect(await ask(engine, expression)).toEqual({ refused: expect.stringMatching(/^expression_/) });
  });

  it.each(ENGINES)('T49: %s refuses nesting that overflows the stack', async (engine) => {
    // What stands in a path of JSONPath is a name; an expression stands in a filter.
    const [before, after] = engine === 'jsonpathplus' ? ['$[?(', ')]'] : ['', ''];
    for (const depth of [4_000, 100_000]) {
      for (const [open, close] of [
        ['(', ')'],
        ['[', ']'],
      ]) {
        const answer = await ask(engine, before + open!.repeat(depth) + '1' + close!.repeat(depth) + after);
        expect(Object.keys(answer)).toEqual(['refused']);
      }
    }
  });

  it('T49: recursion in JSONata ends at its depth', async () => {
    const expression = '($f := function($n) { 1 + $f($n + 1) }; $f(1))';
    expect(await ask('jsonata', expression)).toEqual({ refused: 'expression_failed' });
  });

  it('T49: slices end where the list does', async () => {
    expect(await ask('jmespath', 'list[0:1000000000]')).toEqual({ result: [1, 2] });
    expect(await ask('jsonpathplus', '$.list[0:1000000000]')).toEqual({ result: [1, 2] });
  });
});
