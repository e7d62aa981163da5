import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanJson as scan } from './scan-json.js';

const none = { jsonDepth: Infinity, jsonKeys: Infinity };

function scanJson(bytes: Buffer, limits: typeof none): string | null {
  return scan(bytes, limits, { keys: 0 });
}

function measure(value: unknown): { depth: number; keys: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0 };
  const inner = Object.values(value).map(measure);
  const keys = inner.reduce((sum, part) => sum + part.keys, Array.isArray(value) ? 0 : inner.length);
  return { depth: 1 + Math.max(0, ...inner.map((part) => part.depth)), keys };
}

describe('scanJson', () => {
  it('agrees with JSON.parse on depth and keys', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.constantFrom(0, 1, 2), (text, indent) => {
        const value: unknown = JSON.parse(text);
        const { depth, keys } = measure(value);
        const bytes = Buffer.from(JSON.stringify(value, null, indent));
        expect(scanJson(bytes, { jsonDepth: depth, jsonKeys: keys })).toBeNull();
        if (depth > 0) expect(scanJson(bytes, { ...none, jsonDepth: depth - 1 })).toMatch(/deeper/);
        if (keys > 0) expect(scanJson(bytes, { ...none, jsonKeys: keys - 1 })).toMatch(/keys/);
      }),
    );
  });

  it('is not misled by quotes, braces and colons inside text', () => {
    const text = JSON.stringify({ 'a":{[': '\\":{[[[', b: '\\\\' });
    expect(scanJson(Buffer.from(text), { jsonDepth: 1, jsonKeys: 2 })).toBeNull();
  });

  it('goes on counting keys over several pieces', () => {
    const seen = { keys: 0 };
    const limits = { jsonDepth: 64, jsonKeys: 3 };
    expect(scan(Buffer.from('{"a":1,"b":2}'), limits, seen)).toBeNull();
    expect(scan(Buffer.from('{"a":1,"b":2}'), limits, seen)).toBe('JSON has more than 3 keys');
  });

  it('ends on text that is never closed', () => {
    expect(scanJson(Buffer.from('{"a\\'), none)).toBeNull();
  });
});
