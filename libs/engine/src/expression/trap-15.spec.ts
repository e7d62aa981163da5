import { describe, expect, it } from '@jest/globals';
import { evaluateExpression } from './evaluate.js';
import { renderTemplate } from './template.js';

const date = new Date('2026-01-02T03:04:05.678Z');
const scope = {
  $context: {
    data: {
      number: 0,
      flag: false,
      none: null,
      list: [1, [2, 3]],
      object: { k: 1 },
      dollars: "$& $1 $$ $` $'",
      'a b': { größe: 5 },
      items: [
        { price: 1, tags: ['x'], parts: [{ id: 1 }, { id: 2 }] },
        { price: 0, tags: [], parts: [{ id: 3 }] },
        { price: null },
        {},
      ],
    },
    headers: { 'x-github-event': 'push', 'content-type': 'text/plain' },
  },
  $system: { now: () => date },
};

const render = (text: string) => renderTemplate(text, scope);

describe('the traps of templates', () => {
  it('Trap 15: a string that is exactly one template keeps the type of the value', () => {
    expect(render('{{$context.data.number}}')).toBe(0);
    expect(render('{{ $context.data.flag }}')).toBe(false);
    expect(render('{{$context.data.object}}')).toEqual({ k: 1 });
    expect(render('{{$context.data.list}}')).toEqual([1, [2, 3]]);
    expect(render('{{$system.now}}')).toBe('2026-01-02T03:04:05.678Z');
  });

  it('Trap 15: anything around a template makes text, blanks too', () => {
    expect(render(' {{$context.data.number}} ')).toBe(' 0 ');
    expect(render('v={{$context.data.flag}}')).toBe('v=false');
    expect(render('{{$context.data.number}}{{$context.data.number}}')).toBe('00');
    expect(render('at {{$system.now}}')).toBe('at 2026-01-02T03:04:05.678Z');
    expect(render('v={{$context.data.none}}{{$context.data.missing}}')).toBe('v=');
  });

  it('Trap 15: a default stands in for undefined and not for null', () => {
    expect(render('{{$context.data.missing:def}}')).toBe('def');
    expect(render('{{$context.data.none:def}}')).toBeNull();
    expect(render('v={{$context.data.none:def}}')).toBe('v=');
    expect(render('{{$context.data.number:def}}')).toBe(0);
    expect(render('{{$context.data.missing}}')).toBeUndefined();
  });

  it('Trap 15: what looks like a replacement pattern in a value stays as it is', () => {
    expect(render('<{{$context.data.dollars}}>')).toBe("<$& $1 $$ $` $'>");
    expect(evaluateExpression({ engine: 'string', expression: '<{{$context.data.dollars}}>' }, scope)).toBe(
      "<$& $1 $$ $` $'>",
    );
  });

  it('Trap 15: paths may have brackets, quoted names and letters of any script', () => {
    expect(render('{{$context.data.list[1][0]}}')).toBe(2);
    expect(render('{{$context.data.list.1.0}}')).toBe(2);
    expect(render('{{$context["data"][\'a b\'].größe}}')).toBe(5);
  });

  it('Trap 15: a path through an array gives its column, flattened one level a step, falsy values included', () => {
    expect(render('{{$context.data.items.price}}')).toEqual([1, 0, null]);
    expect(render('{{$context.data.items.tags}}')).toEqual(['x']);
    expect(render('{{$context.data.items.parts.id}}')).toEqual([1, 2, 3]);
    expect(render('{{$context.data.items[1].price}}')).toBe(0);
  });

  it('Trap 15: looking a column up leaves the data as it was', () => {
    const before = structuredClone(scope.$context);
    render('{{$context.data.items.parts.id}}');
    expect(scope.$context).toEqual(before);
  });

  it('Trap 15: headers are found in any case, body fields only in their own', () => {
    expect(render('{{$context.headers.X-GitHub-Event}}')).toBe('push');
    expect(render("{{$context.headers['Content-Type']}}")).toBe('text/plain');
    expect(render('{{$context.data.NUMBER}}')).toBeUndefined();
  });

  it('Trap 15: a value is JSON text on demand, for bodies that are text', () => {
    expect(render('{"a": {{$context.data.object | json}}, "b": {{$context.data.missing | json}}}')).toBe(
      '{"a": {"k":1}, "b": null}',
    );
    expect(JSON.parse(String(render('{"x": {{$context.data.dollars | json}} }')))).toEqual({
      x: scope.$context.data.dollars,
    });
  });
});
