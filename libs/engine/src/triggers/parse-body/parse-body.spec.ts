import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBody, type ParsedBody } from './parse-body.js';

const limits = {
  jsonDepth: 64,
  jsonKeys: 10_000,
  multipartParts: 50,
  multipartField: 1024 ** 2,
  multipartFile: 10 * 1024 ** 2,
};

function parse(body: string | Buffer, type?: string): ParsedBody {
  return parseBody(Buffer.from(body as string), type, limits);
}

function data(body: string | Buffer, type?: string): unknown {
  const parsed = parse(body, type);
  if (!parsed.ok) throw new Error(parsed.code);
  return parsed.data;
}

describe('parseBody', () => {
  it.each<[string | undefined, string, unknown]>([
    ['application/json', '{"a":[1,"x",null]}', { a: [1, 'x', null] }],
    ['application/cloudevents+json; charset=UTF-8', '{"a":1}', { a: 1 }],
    ['application/json', '"text"', 'text'],
    ['application/json', '\uFEFF{"a":1}', { a: 1 }],
    ['application/json', '{"a":1,"a":2}', { a: 2 }],
    ['application/json', '', null],
    [
      'application/x-www-form-urlencoded',
      'a=1&b[c]=2&d[]=3&d[]=4&e=%C3%A9+x&x=1&x=2',
      { a: '1', b: { c: '2' }, d: ['3', '4'], e: 'é x', x: ['1', '2'] },
    ],
    ['text/plain', '{"a":1}', '{"a":1}'],
    ['text/csv; charset=utf-8', 'é', 'é'],
    ['application/octet-stream', 'ab', 'YWI='],
    [undefined, ' {"a":1}', { a: 1 }],
    [undefined, '[1]', [1]],
    [undefined, '5', '5'],
    [undefined, '{oops', '{oops'],
  ])('reads %s %j', (type, body, expected) => {
    expect(data(body, type)).toEqual(expected);
  });

  it('reads other charsets than UTF-8', () => {
    expect(data(Buffer.from([0x22, 0xe9, 0x22]), 'application/json; charset="iso-8859-1"')).toBe('é');
    expect(data(Buffer.from('{"a":1}', 'utf16le'), 'application/json; charset=utf-16le')).toEqual({ a: 1 });
  });

  it.each([
    'multipart/mixed; boundary=x',
    'multipart/form-data, multipart/form-data; boundary=x',
    'text/plain; charset=klingon',
    'application/json; charset=utf-32',
    'application/xml; charset=utf-7',
    'application/x-www-form-urlencoded; charset=klingon',
    'multipart/form-data; boundary=x; charset=klingon',
  ])('refuses %s with 415', (type) => {
    expect(parse('x', type)).toMatchObject({ ok: false, status: 415, code: 'unsupported_media_type' });
  });

  it.each(['{', '{"a":1}x', ' ', "{'a':1}", 'undefined'])('refuses %j as JSON without quoting it', (body) => {
    expect(parse(body, 'application/json')).toEqual({
      ok: false,
      status: 400,
      code: 'malformed_body',
      detail: 'the body is not valid JSON',
    });
  });

  it('refuses JSON that is too deep or has too many keys, typed or not', () => {
    const keys = `{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":0`).join(',')}}`;
    for (const body of ['['.repeat(200_000), '['.repeat(65) + ']'.repeat(65), keys]) {
      expect(parse(body, 'application/json')).toMatchObject({ status: 400, code: 'body_too_complex' });
      expect(parse(body)).toMatchObject({ status: 400, code: 'body_too_complex' });
    }
    expect(parse('['.repeat(64) + ']'.repeat(64), 'application/json').ok).toBe(true);
  });

  it('refuses forms with over 1,000 parameters or 20 levels', () => {
    const form = 'application/x-www-form-urlencoded';
    const many = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=1`).join('&');
    expect(parse(many(1000), form).ok).toBe(true);
    for (const body of [many(1001), `a${'[b]'.repeat(22)}=1`])
      expect(parse(body, form)).toMatchObject({ status: 400, code: 'body_too_complex' });
  });

  it('keeps long lists of a form', () => {
    expect(
      data(Array.from({ length: 200 }, (_, i) => `a[]=${i}`).join('&'), 'application/x-www-form-urlencoded'),
    ).toHaveProperty('a.length', 200);
  });

  it.each([
    ['application/json', '{"__proto__":{"admin":true},"a":{"\\u005f_proto__":{"admin":true}},"b":1}'],
    ['application/json', '[{"__prot\\u006f__":{"admin":true}},{"a":1,"b":1}]'],
    ['application/x-www-form-urlencoded', '__proto__[admin]=1&a[__proto__][admin]=1&b=1'],
  ])('never lets __proto__ of %s reach a prototype', (type, body) => {
    const value = data(body, type) as Record<string, Record<string, unknown>>;
    expect(JSON.stringify(value)).not.toContain('admin');
    expect(Object.assign({}, value)).not.toHaveProperty('admin');
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('never throws, whatever the bytes and the type', () => {
    const types = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      undefined,
      'a;charset',
      'x/y+json',
    );
    fc.assert(
      fc.property(fc.uint8Array(), types, (bytes, type) => {
        expect(typeof parseBody(Buffer.from(bytes), type, limits).ok).toBe('boolean');
      }),
    );
  });
});
