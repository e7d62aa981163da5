import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBody, type ParsedBody } from './parse-body.js';

const limits = {
  jsonDepth: 64,
  jsonKeys: 10_000,
  multipartParts: 50,
  multipartField: 1024 ** 2,
  multipartFile: 10 * 1024 ** 2,
  xmlBytes: 1024 ** 2,
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
    ['application/json, text/plain', '{}', 'e30='],
    ['text/plain, application/x+json', '{}', 'e30='],
    [' Application/JSON ; Charset="UTF-8"; boundary=x', '{"a":1}', { a: 1 }],
    [
      'application/json; boundary=x',
      '{"files":{"f":{"filepath":"/etc/passwd"}}}',
      { files: { f: { filepath: '/etc/passwd' } } },
    ],
    ['application/json', '{"a":-0,"b":1e400}', { a: -0, b: Infinity }],
    ['application/json', '{"constructor":{"prototype":{"x":1}}}', { constructor: { prototype: { x: 1 } } }],
    ['application/x-www-form-urlencoded', 'a=%FF%zz%&b', { a: '%FF%zz%', b: '' }],
    [
      'application/x-www-form-urlencoded',
      'toString=1&a[hasOwnProperty]=2',
      { toString: '1', a: { hasOwnProperty: '2' } },
    ],
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
    const chinese = Buffer.from([0xd6, 0xd0]);
    for (const charset of ['gbk', 'GB18030', 'gb2312', '"gbk"'])
      expect(data(chinese, `text/plain; charset=${charset}`)).toBe('中');
    expect(data(Buffer.from([0x93, 0xfa]), 'text/plain; charset=shift_jis')).toBe('日');
    expect(data(Buffer.from([0xa4, 0xe9]), 'text/plain; charset=big5')).toBe('日');
    expect(data(Buffer.from([0xb0, 0xa1]), 'text/plain; charset=euc-kr')).toBe('가');
  });

  it('believes a byte order mark more than the stated charset, and removes it', () => {
    const marked = Buffer.from('\uFEFF{"a":"é"}', 'utf16le');
    expect(data(marked, 'application/json; charset=utf-8')).toEqual({ a: 'é' });
    expect(data(Buffer.from(marked).swap16(), 'application/json')).toEqual({ a: 'é' });
    expect(data(marked)).toEqual({ a: 'é' });
    expect(data('\uFEFFx', 'text/plain; charset=gbk')).toBe('x');
    expect(data('\uFEFFa=é', 'application/x-www-form-urlencoded')).toEqual({ a: 'é' });
  });

  it('scans what it parses, in any charset', () => {
    const deep = Buffer.from(`\uFEFF${'['.repeat(65)}${']'.repeat(65)}`, 'utf16le');
    for (const type of ['application/json', 'application/json; charset=utf-16le', undefined])
      expect(parse(deep, type)).toMatchObject({ status: 400, code: 'body_too_complex' });
    const eaten = Buffer.concat([Buffer.from('["'), Buffer.from([0xc3]), Buffer.from(`"${',['.repeat(64)}`)]);
    expect(parse(eaten, 'application/json')).toMatchObject({ code: 'body_too_complex' });
  });

  it('replaces bytes that are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(data(bytes, 'application/json')).toEqual({ a: '\uFFFD' });
    expect(data(Buffer.from([0xff, 0x41]), 'text/plain')).toBe('\uFFFDA');
  });

  it('reads the bytes behind percent signs in the charset of the form', () => {
    const form = 'application/x-www-form-urlencoded';
    expect(data('%D6%D0[a]=+%D6%D0%2B&%81%5B=1', `${form}; charset=gbk`)).toEqual({ 中: { a: ' 中+' }, 乕: '1' });
    expect(data('a=%D6%D0&_charset_=GBK', form)).toEqual({ a: '中', _charset_: 'GBK' });
    expect(data('_charset_=utf-8&a=%C3%A9', `${form}; charset=latin1`)).toEqual({ _charset_: 'utf-8', a: 'é' });
    expect(data('_charset_=klingon&a=%C3%A9', form)).toEqual({ _charset_: 'klingon', a: 'é' });
    expect(data('_charset_=utf-16&a=%C3%A9', form)).toEqual({ _charset_: 'utf-16', a: 'é' });
    expect(data(Buffer.from('a=%C3%A9é', 'utf16le'), `${form}; charset=utf-16le`)).toEqual({ a: 'éé' });
    expect(data('a=%FF%C3%A9', `${form}; charset=windows-1252`)).toEqual({ a: 'ÿÃ©' });
  });

  it('refuses positions of a list that would make it huge, or an object', () => {
    const form = 'application/x-www-form-urlencoded';
    expect(data('a[5]=x&a[1]=y', form)).toEqual({ a: ['y', 'x'] });
    for (const position of ['1000', '9999', '999999999999'])
      expect(parse(`a[${position}]=x`, form)).toMatchObject({ status: 400, code: 'body_too_complex' });
  });

  describe('of a preset whose event is a form field', () => {
    const form = 'application/x-www-form-urlencoded';
    const payload = (body: string, type = form, lossless = false): ParsedBody =>
      parseBody(Buffer.from(body), type, limits, { formPayload: 'payload', lossless });

    it('is the JSON of that field', () => {
      expect(payload('payload=%7B%22a%22%3A1%7D&x=1')).toEqual({ ok: true, data: { a: 1 }, files: {} });
      expect(payload('payload={"id":9007199254740993}', form, true)).toMatchObject({
        data: { id: '9007199254740993' },
      });
      const multipart = `--b\r\nContent-Disposition: form-data; name=payload\r\n\r\n{"a":1}\r\n--b--`;
      expect(payload(multipart, 'multipart/form-data; boundary=b')).toMatchObject({ data: { a: 1 } });
    });

    it('is the form when the field is not sent, and any other body as it is', () => {
      expect(payload('command=%2Fx')).toMatchObject({ data: { command: '/x' } });
      expect(payload('{"payload":"{}"}', 'application/json')).toMatchObject({ data: { payload: '{}' } });
    });

    it.each([
      ['payload={', 'malformed_body'],
      ['payload=', 'malformed_body'],
      ['payload=1&payload=2', 'malformed_body'],
      [`payload=${'['.repeat(65)}`, 'body_too_complex'],
    ])('refuses %s', (body, code) => {
      expect(payload(body)).toMatchObject({ ok: false, status: 400, code });
    });

    it('never lets __proto__ reach a prototype', () => {
      expect(JSON.stringify(payload('payload={"__proto__":{"admin":true},"a":1}'))).toContain('"data":{"a":1}');
    });
  });

  it.each([
    'multipart/mixed; boundary=x',
    'multipart/form-data, multipart/form-data; boundary=x',
    'text/plain; charset=klingon',
    'application/json; charset=utf-32',
    'application/xml; charset=utf-7',
    'application/x-www-form-urlencoded; charset=klingon',
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

  it('never throws nor exceeds its limits, whatever the bytes and the type', () => {
    const small = { jsonDepth: 3, jsonKeys: 4, multipartParts: 2, multipartField: 4, multipartFile: 5, xmlBytes: 100 };
    const types = fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16be',
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=shift_jis',
      'multipart/form-data; boundary=b',
      'multipart/form-data; boundary',
      'application/xml',
      'text/plain',
      'a;charset',
      'x/y+json',
      ';;="',
      undefined,
    );
    const words = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '[',
            '{"a":',
            '}',
            '"',
            '--b',
            '--b--',
            '\r\n',
            '\r\n\r\n',
            '<a',
            '>',
            '</a>',
            '<![CDATA[',
            '&',
            '=',
          ),
          fc.constantFrom(
            'Content-Disposition: form-data; name=a',
            '; filename=x',
            '<?xml',
            '%',
            '[]',
            '[a]',
            '\uFEFF',
            '_charset_=',
          ),
          fc.string({ unit: 'binary', maxLength: 3 }),
        ),
        { maxLength: 30 },
      )
      .map((parts) => Buffer.from(parts.join('')));
    const bodies = fc.oneof(
      words,
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(bodies, types, fc.constantFrom('payload', null), (body, type, formPayload) => {
        const parsed = parseBody(body, type, small, { formPayload });
        if (!parsed.ok) return expect(parsed.detail).not.toBe('');
        const files = Object.values(parsed.files).flat() as { size: number }[];
        expect(files.length).toBeLessThanOrEqual(2);
        expect(files.every(({ size }) => size <= 5)).toBe(true);
        if (type?.includes('json') === true) expect(depthOf(parsed.data)).toBeLessThanOrEqual(3);
      }),
      { numRuns: 1000 },
    );
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
