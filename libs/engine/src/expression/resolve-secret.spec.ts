import { describe, expect, it } from '@jest/globals';
import { resolveSecret } from './resolve-secret.js';

describe('resolveSecret', () => {
  it('gives plain text as it is and templates rendered', () => {
    expect(resolveSecret('plain', [], {})).toBe('plain');
    expect(resolveSecret('Bearer {{$env.A}}', ['A'], { A: 'x' })).toBe('Bearer x');
  });

  it.each([
    ['blank text', ' ', [], {}],
    ['a missing secret', '{{$env.A}}', ['A'], {}],
    ['a blank secret', '{{$env.A}}', ['A'], { A: ' ' }],
    ['a missing secret in text', 'Bearer {{$env.A}}', ['A'], { B: 'x' }],
    ['an inherited name', '{{$env.constructor}}', ['constructor'], {}],
    ['another variable', '{{$context.data}}', [], {}],
  ])('gives null for %s', (_case, template, names, env) => {
    expect(resolveSecret(template, names, env)).toBeNull();
  });
});
