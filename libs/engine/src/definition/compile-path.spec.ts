import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledPath } from '../contract/compiled-workflow.js';
import { compilePath, matchPath, pathsOverlap } from './compile-path.js';

function path(pattern: string): CompiledPath {
  const compiled = compilePath(pattern);
  if (typeof compiled === 'string') throw new Error(compiled);
  return compiled;
}

describe('compilePath', () => {
  it('reads literals and parameters and drops slashes at the ends', () => {
    expect(path('/orders/:region/')).toEqual({
      pattern: 'orders/:region',
      segments: [{ literal: 'orders' }, { param: 'region' }],
    });
  });

  it.each([
    '',
    '/',
    'a//b',
    'a/../b',
    '.',
    'a b',
    'a/:',
    'a/:1x',
    ':x/:x',
    'é',
    'a%2fb',
    ':__proto__',
    'a'.repeat(513),
  ])('refuses %j', (pattern) => {
    expect(typeof compilePath(pattern)).toBe('string');
  });
});

describe('matchPath', () => {
  it('decodes parameters once', () => {
    expect(matchPath(path('orders/:region'), 'orders/a%2520b%2Fc')).toEqual({ region: 'a%20b/c' });
  });

  it('takes the path with or without the prefix of webhook URLs', () => {
    expect(matchPath(path('orders/:r'), '/api/webhooks/orders/eu')).toEqual({ r: 'eu' });
    expect(matchPath(path('orders/:r'), '/orders/eu/')).toEqual({ r: 'eu' });
  });

  it.each(['orders', 'orders/', 'orders//', 'orders/eu/x', 'Orders/eu', 'orders/%zz', 'orders/%e0%a4'])(
    'does not match %s',
    (other) => {
      expect(matchPath(path('orders/:region'), other)).toBeNull();
    },
  );
});

describe('pathsOverlap', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/:x', 'a/b', true],
    [':x/b', 'a/:y', true],
    ['a/b', 'a/c', false],
    ['a', 'a/b', false],
    [':x/b', 'a/c', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect([pathsOverlap(path(a), path(b)), pathsOverlap(path(b), path(a))]).toEqual([expected, expected]);
  });

  it('says yes whenever one request path matches both', () => {
    const segment = fc.constantFrom('a', 'b', ':x');
    const pattern = fc
      .array(segment, { minLength: 1, maxLength: 3 })
      .map((list) => list.map((s, i) => (s === ':x' ? `:x${i}` : s)).join('/'));
    const request = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((list) => list.join('/'));
    fc.assert(
      fc.property(pattern, pattern, request, (one, other, url) => {
        const both = matchPath(path(one), url) !== null && matchPath(path(other), url) !== null;
        if (both) expect(pathsOverlap(path(one), path(other))).toBe(true);
      }),
    );
  });
});
