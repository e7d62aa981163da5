import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '#shared';
import { canonicalJson, contentHash } from './content-hash.js';

const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
};

describe('the content hash', () => {
  it('does not depend on the order of properties', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(canonicalJson(reversed(json))).toBe(canonicalJson(json));
        expect(JSON.parse(canonicalJson(json))).toEqual(json);
      }),
    );
  });

  it('does not count the switch, and counts all else', () => {
    const document: JsonObject = { key: 'a', nodes: [1, 2] };
    expect(contentHash({ ...document, enabled: true })).toBe(contentHash({ ...document, enabled: false }));
    expect(contentHash({ ...document, title: 'x' })).not.toBe(contentHash(document));
    expect(contentHash({ ...document, nodes: [2, 1] })).not.toBe(contentHash(document));
  });
});
