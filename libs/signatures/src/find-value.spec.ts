import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ValueSource } from './contract.js';
import { findValue } from './find-value.js';

function find(source: ValueSource, body: string | Buffer = '', url = 'https://a.example/h', headers = {}) {
  return findValue(source, { url, headers, rawBody: Buffer.from(body) });
}

describe('findValue', () => {
  it('reads headers, own ones only', () => {
    expect(find({ header: 'x-id' }, '', '', { 'x-id': '7' })).toBe('7');
    expect(find({ header: 'x-id' }, '', '', { 'x-id': '' })).toBeNull();
    expect(find({ header: 'constructor' })).toBeNull();
    expect(find({ header: '__proto__' })).toBeNull();
  });

  it('reads a query parameter that is there once', () => {
    const url = 'https://a.example/h?a=1&b=%E2%82%AC+x&c=1&c=2&d=#e=5';
    expect(find({ query: 'b' }, '', url)).toBe('€ x');
    for (const query of ['c', 'd', 'e', 'missing', '__proto__']) expect(find({ query }, '', url)).toBeNull();
    expect(find({ query: 'a' }, '', '/path?a=1')).toBe('1');
  });

  it('reads a form field that is there once', () => {
    expect(find({ form: 'b' }, 'a=1&b=%2B+%26')).toBe('+ &');
    expect(find({ form: 'a' }, 'a=1&a=1')).toBeNull();
    expect(find({ form: 'a' }, '{"a":1}')).toBeNull();
  });

  it('reads numbers of JSON as they are written', () => {
    const body = '{"id":9007199254740993,"a":[1.0,-0,1e400,12345678901234567890.10]}';
    expect(find({ json: 'id' }, body)).toBe('9007199254740993');
    expect([0, 1, 2, 3].map((at) => find({ json: `a.${at}` }, body))).toEqual([
      '1.0',
      '-0',
      '1e400',
      '12345678901234567890.10',
    ]);
  });

  it('gives back every integer, however long', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (id) => {
        expect(find({ json: 'a.0.id' }, `{"a":[{"id":${id}}]}`)).toBe(String(id));
      }),
    );
  });

  it('reads texts and truth values, and takes nothing else for a value', () => {
    const body = '{"t":"x","b":false,"n":null,"o":{},"l":[],"e":""}';
    expect(find({ json: 't' }, body)).toBe('x');
    expect(find({ json: 'b' }, body)).toBe('false');
    for (const json of ['n', 'o', 'l', 'e', '', 't.0', 't.length', 'l.length', 'missing']) {
      expect(find({ json }, body)).toBeNull();
    }
  });

  it('follows own members only', () => {
    for (const json of ['constructor.name', '__proto__', 'toString', 'a.__proto__.b', 'a.length', 'a.00', 'a.-1']) {
      expect(find({ json }, '{"a":[1]}')).toBeNull();
    }
    expect(find({ json: '__proto__.id' }, '{"__proto__":{"id":7}}')).toBe('7');
    expect({}).not.toHaveProperty('id');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'a=1'],
    ['bytes that are no UTF-8', Buffer.from('7b226964223a22ff227d', 'hex')],
    ['two documents', '{"id":1}{"id":2}'],
    ['a number too deep to be read as written', `${'{"id":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ])('finds nothing in %s', (_case, body) => {
    expect(find({ json: 'id' }, body)).toBeNull();
  });

  it('reads a body that begins with a byte order mark', () => {
    expect(find({ json: 'id' }, '\uFEFF{"id":"a"}')).toBe('a');
  });

  it('reads a text of a large body, and no number that it would have to round', () => {
    const body = `{"id":"a","n":7,"pad":"${'x'.repeat(1024 * 1024)}"}`;
    expect(find({ json: 'id' }, body)).toBe('a');
    expect(find({ json: 'n' }, body)).toBeNull();
  });

  it('reads elements of XML from the root on', () => {
    const body = '<xml><MsgId>9007199254740993</MsgId><a><![CDATA[x&y]]> z</a><b>1</b><b>2</b><c><d>5</d></c></xml>';
    expect(find({ xml: 'xml.MsgId' }, body)).toBe('9007199254740993');
    expect(find({ xml: 'xml.a' }, body)).toBe('x&y z');
    expect(find({ xml: 'xml.c.d' }, body)).toBe('5');
    expect(find({ xml: 'xml.b.1' }, body)).toBe('2');
    for (const xml of ['xml.b', 'xml.c', 'MsgId', 'xml', 'xml.b.2', 'xml.missing']) {
      expect(find({ xml }, body)).toBeNull();
    }
  });

  it.each([
    '<!DOCTYPE a [<!ENTITY x "y">]><a><b>&x;</b></a>',
    '<!doctype a><a><b>1</b></a>',
    '<a><b>&undefined;</b></a>',
    '<a><b>1</b>',
    `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`,
  ])('finds nothing in the XML %#', (body) => {
    expect(find({ xml: 'a.b' }, body)).toBeNull();
  });

  it('joins what has to be there together, and takes the first of what may be', () => {
    const both: ValueSource[] = [{ json: 'a' }, { json: 'b' }];
    expect(find({ all: both }, '{"a":1,"b":"x"}')).toBe('1 x');
    expect(find({ all: both }, '{"a":1}')).toBeNull();
    expect(find({ all: [] }, '{}')).toBeNull();
    expect(find({ first: both }, '{"b":"x"}')).toBe('x');
    expect(find({ first: both }, '{}')).toBeNull();
  });

  it('joins the ids of a list, one a line, and none when one is missing', () => {
    const ids = { each: 'events', item: ['id', 'n'] };
    expect(find(ids, '{"events":[{"id":"a","n":1.0},{"id":"b","n":9007199254740993}]}')).toBe(
      'a 1.0\nb 9007199254740993',
    );
    for (const events of ['[]', '{}', '7', '[{"id":"a"}]', '[{"id":"a","n":1},{"id":"b","n":""}]', '[1]']) {
      expect(find(ids, `{"events":${events}}`)).toBeNull();
    }
    expect(find({ each: '', item: ['id'] }, '[{"id":7}]')).toBe('7');
  });

  it('never throws, whatever the body', () => {
    const sources: ValueSource[] = [{ json: 'a.0' }, { xml: 'a.b' }, { form: 'a' }, { each: 'a', item: ['b'] }];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...sources), (bytes, source) => {
        const value = findValue(source, { url: '', headers: {}, rawBody: Buffer.from(bytes) });
        expect(value === null || value !== '').toBe(true);
      }),
    );
  });
});
