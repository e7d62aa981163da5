import { describe, expect, it } from '@jest/globals';
import { parsePath } from '#engine';
import fc from 'fast-check';
import { matchesJson } from './match-json.js';

const matches = (body: string | Buffer, path: string, value: string | null) =>
  matchesJson(Buffer.from(body as string), { path: parsePath(path)!, value });

describe('matchesJson', () => {
  it.each<[string, string, string | null]>([
    ['{"a":{"b":"x"}}', 'a.b', 'x'],
    ['{"a":"\\u0078"}', 'a', 'x'],
    ['{"a":7}', 'a', '7'],
    ['{"a":"7"}', 'a', '7'],
    ['{"a":1.0}', 'a', '1.0'],
    ['{"a":9007199254740993}', 'a', '9007199254740993'],
    ['{"a":true,"b":null}', 'b', 'null'],
    ['{"a":true}', 'a', 'true'],
    ['{"a":null}', 'a', null],
    ['{"a":[]}', 'a', null],
    ['[{"id":1},{"id":2}]', '1.id', '2'],
    ['[{"id":1},{"id":2}]', 'id', '2'],
    ['{"items":[{"sku":"A"},{"sku":"B"}]}', 'items.sku', 'B'],
    ['{"items":[1,2]}', 'items.length', '2'],
    ['{"a b":{"c=d":"e"}}', '["a b"]["c=d"]', 'e'],
    ['\ufeff{"a":1}', 'a', '1'],
    [' \r\n\t{"a":1}', 'a', '1'],
    ['{"__proto__":{"x":1}}', '__proto__.x', '1'],
    ['{"a":1,"a":2}', 'a', '2'],
  ])('finds in %s at %s the value %s', (body, path, value) => {
    expect(matches(body, path, value)).toBe(true);
  });

  it.each<[string, string, string | null]>([
    ['{"a":9007199254740992}', 'a', '9007199254740993'],
    ['{"a":1}', 'a', '1.0'],
    ['{"a":1}', 'a', '1e0'],
    ['{"a":1}', 'a', ' 1'],
    ['{"a":0}', 'a', ''],
    ['{"a":{}}', 'a', '[object Object]'],
    ['{"a":1}', 'b', null],
    ['{}', 'constructor', null],
    ['{}', '__proto__', null],
    ['{"a":"x"}', 'a.length', null],
    ['{"a":1', 'a', '1'],
    ['a=1', 'a', '1'],
    ['7', 'a', null],
    ['', 'a', null],
    ['{"a":1,"a":2}', 'a', '1'],
    ['{"length":{}}', 'length', '1'],
  ])('finds nothing in %s at %s for %s', (body, path, value) => {
    expect(matches(body, path, value)).toBe(false);
  });

  it('bears bodies that no parser bears', () => {
    const deep = '['.repeat(200_000);
    expect(matches(deep, 'a', '1')).toBe(false);
    const number = `{"a":1,"b":${deep}${']'.repeat(200_000)}}`;
    expect(() => matches(number, 'a', '1')).not.toThrow();
    expect(matches(Buffer.from([0x7b, 0xff, 0xfe]), 'a', null)).toBe(false);
  });

  it('finds every scalar where JSON.stringify wrote it, and no other text', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(scalar, fc.string(), (value, other) => {
        const body = Buffer.from(JSON.stringify({ list: [{ value }] }));
        const written = typeof value === 'string' ? value : JSON.stringify(value);
        const at = (text: string) => matchesJson(body, { path: ['list', '0', 'value'], value: text });
        return at(written) && at(other) === (other === written);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.string(), { minLength: 1 }), (bytes, path) => {
        const body = Buffer.concat([Buffer.from('{'), bytes]);
        return typeof matchesJson(body, { path, value: '1' }) === 'boolean';
      }),
    );
  });
});
