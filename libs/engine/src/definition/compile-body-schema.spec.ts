import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { compileBodySchema } from './compile-body-schema.js';

function faultsOf(schema: JsonObject, data: unknown): string[] {
  const validate = compileBodySchema(schema);
  if (typeof validate === 'string') throw new Error(validate);
  return validate(data);
}

describe('compileBodySchema', () => {
  it('lists every fault of a body', () => {
    const schema = {
      type: 'object',
      required: ['email', 'name'],
      properties: { email: { type: 'string', format: 'email' } },
    };
    expect(faultsOf(schema, { email: 'x' })).toEqual([
      ": must have required property 'name'",
      '/email: must match format "email"',
    ]);
    expect(faultsOf(schema, { email: 'a@b.co', name: 1 })).toEqual([]);
  });

  it('reads draft 7 and 2020-12, and OpenAPI annotations', () => {
    const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'array', items: [{ type: 'string' }] };
    expect(faultsOf(draft7, [1])).toHaveLength(1);
    const current = {
      type: 'array',
      prefixItems: [{ type: 'string', example: 'x', examples: ['y'], deprecated: true }],
    };
    expect(faultsOf(current, [1])).toHaveLength(1);
  });

  it('does not take inherited names for members', () => {
    expect(faultsOf({ type: 'object', required: ['constructor'] }, {})).toHaveLength(1);
  });

  it.each<[string, JsonObject]>([
    ['an unknown keyword', { type: 'object', requried: ['a'] }],
    ['an unknown type', { type: 'strin' }],
    ['an unknown format', { type: 'string', format: 'emial' }],
    ['a remote reference', { $ref: 'https://example.com/schema.json' }],
    ['another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    ['an asynchronous schema', { $async: true, type: 'object' }],
    ['a pattern that is none', { type: 'string', pattern: '(' }],
  ])('refuses %s', (_what, schema) => {
    expect(typeof compileBodySchema(schema)).toBe('string');
  });
});
