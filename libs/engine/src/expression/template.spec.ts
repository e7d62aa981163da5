import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '#shared';
import { renderTemplate, resolveTemplate, templateFaults, templatePaths } from './template.js';

const when = new Date('2026-01-02T03:04:05.678Z');
const scope = {
  a: { b: 1, 'b c': 2 },
  n: null,
  o: { k: 1 },
  arr: [1, 2],
  d: when,
  dollar: "$& $1 $` $'",
  größe: 'XL',
  fn: () => 'called',
  t: '{{a.b}}',
};

describe('renderTemplate', () => {
  it.each<[string, unknown]>([
    ['{{a.b}}', 1],
    ['{{ a.b }}', 1],
    ['v={{a.b}}', 'v=1'],
    [' {{a.b}} ', ' 1 '],
    ['{{n}}', null],
    ['v={{n}}', 'v='],
    ['{{missing}}', undefined],
    ['v={{missing}}', 'v='],
    ['{{missing:def}}', 'def'],
    ['{{n:def}}', null],
    ['{{missing:}}', ''],
    ["{{o['x:y']:a:b}}", 'a:b'],
    ['v={{o}}', 'v={"k":1}'],
    ['v={{arr}}', 'v=[1,2]'],
    ['v={{d}}', 'v=2026-01-02T03:04:05.678Z'],
    ['{{d}}', '2026-01-02T03:04:05.678Z'],
    ['{{fn}}', 'called'],
    ['{{arr[0]}}', 1],
    ["{{a['b']}}", 1],
    ["{{a['b c']}}", 2],
    ['{{größe}}', 'XL'],
    ['<{{dollar}}>', "<$& $1 $` $'>"],
    ['{{a.b}}{{a.b}}', '11'],
    ['{"x":{{t | json}}}', '{"x":"{{a.b}}"}'],
    ['{{missing | json}}', 'null'],
    ['{{a.constructor}}', undefined],
    ["{{'{{'}}", '{{'],
    ['{{1 + 1}}', '{{1 + 1}}'],
    ['{{open', '{{open'],
  ])('renders %j', (template, expected) => {
    expect(renderTemplate(template, scope)).toEqual(expected);
  });

  it('renders lists, objects and their keys', () => {
    const template = { 'k-{{a.b}}': ['{{n}}', '{{missing}}', { deep: '{{o}}' }], gone: '{{missing}}', same: 5 };
    expect(renderTemplate(template, scope)).toEqual({ 'k-1': [null, null, { deep: { k: 1 } }], same: 5 });
  });

  it('writes a rendered key __proto__ as a plain member', () => {
    const result = renderTemplate({ '{{p}}': { admin: true } }, { p: '__proto__' }) as { admin?: boolean };
    expect(result.admin).toBeUndefined();
    expect(Object.keys(result)).toEqual(['__proto__']);
  });

  it('never evaluates what a payload holds, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('{{a.b}}', '{{$env.SECRET}}', '{{1+1}}', '{{', '}}'), (text, braces) => {
        const payload = `${text}${braces}${text}`;
        const values = { p: payload, a: { b: 1 }, $env: { SECRET: 's' } };
        expect(renderTemplate('{{p}}', values)).toBe(payload);
        expect(renderTemplate('<{{p}}{{p}}>', values)).toBe(`<${payload}${payload}>`);
        expect(renderTemplate(['{{p | json}}'], values)).toEqual([JSON.stringify(payload)]);
      }),
    );
  });

  it('leaves JSON without braces as it is', () => {
    const plain = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('{{') && !Object.is(value, -0));
    fc.assert(fc.property(plain, (value) => expect(renderTemplate(value as Json, scope)).toEqual(value)));
  });
});

describe('resolveTemplate', () => {
  it('keeps a Date for calculations', () => {
    expect(resolveTemplate('{{d}}', scope)).toBe(when);
  });
});

describe('templatePaths', () => {
  it('lists every path once, keys included', () => {
    const value = { '{{k}}': ['{{a.b}} {{ a.b:1 }}', { x: '{{$env.TOKEN | json}}' }] };
    expect(templatePaths(value)).toEqual(['k', 'a.b', '$env.TOKEN']);
  });
});

describe('templateFaults', () => {
  it('points at strings whose braces hold no path', () => {
    const faults = templateFaults({ 'a/b': ['ok {{a}}', 'bad {{1 + 1}}'], c: 'open {{x' });
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/a~1b/1', '/c']);
  });
});
