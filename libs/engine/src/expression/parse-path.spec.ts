import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePath } from './parse-path.js';

describe('parsePath', () => {
  it.each([
    ['a.b', ['a', 'b']],
    ['a[0]', ['a', '0']],
    ['a.0.b', ['a', '0', 'b']],
    ["a['b c']", ['a', 'b c']],
    ['a["x.y"].z', ['a', 'x.y', 'z']],
    ['query[0].a', ['query', '0', 'a']],
    ['$context.headers.x-github-delivery', ['$context', 'headers', 'x-github-delivery']],
    ['größe.名前', ['größe', '名前']],
    ["a['it\\'s']", ['a', "it's"]],
  ])('reads %s', (text, segments) => {
    expect(parsePath(text)).toEqual(segments);
  });

  it.each(['', '.a', 'a.', 'a..b', 'a[b]', 'a[0', "a['b", 'a b', '1 + 1', '1+1', 'a(b)', 'a||b'])(
    'refuses %j',
    (text) => {
      expect(parsePath(text)).toBeNull();
    },
  );

  it('reads back any name written in brackets and quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const quoted = name.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
        expect(parsePath(`a['${quoted}']`)).toEqual(['a', name]);
      }),
    );
  });
});
