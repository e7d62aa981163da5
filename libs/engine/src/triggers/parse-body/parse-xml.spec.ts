import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '#shared';
import { parseBody, type ParsedBody } from './parse-body.js';

const limits = {
  jsonDepth: 64,
  jsonKeys: 10_000,
  multipartParts: 50,
  multipartField: 1024,
  multipartFile: 1024,
  xmlBytes: 32 * 1024 ** 2,
};

function parse(body: string | Buffer, type = 'application/xml'): ParsedBody {
  return parseBody(Buffer.from(body as string), type, limits);
}

function data(body: string | Buffer, type?: string): Json {
  const parsed = parse(body, type);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.data;
}

describe('XML', () => {
  it.each<[string, Json]>([
    ['<a>x</a>', { a: 'x' }],
    ['<a/>', { a: '' }],
    ['<a></a>', { a: '' }],
    ['<a> x </a>', { a: ' x ' }],
    ['<a>\n  <b>1</b>\n  <c>2</c>\n</a>', { a: { b: '1', c: '2' } }],
    ['<a><b>1</b><c/><b>2</b></a>', { a: { b: ['1', '2'], c: '' } }],
    ['<a id="1">x</a>', { a: { '@id': '1', '#text': 'x' } }],
    ['<a id="1"/>', { a: { '@id': '1' } }],
    ['<a>x<b>1</b>y</a>', { a: { b: '1', '#text': 'xy' } }],
    ['<a><![CDATA[<b>&amp;]]]]><![CDATA[>]]></a>', { a: '<b>&amp;]]>' }],
    ['<a>&lt;&amp;&#233;&#x1F600;</a>', { a: '<&é😀' }],
    ['<s:a xmlns:s="urn:x"><s:b>1</s:b></s:a>', { 's:a': { '@xmlns:s': 'urn:x', 's:b': '1' } }],
    ['<?xml version="1.0"?><!-- <x> --><?p <y>?><a><!-- </a> --><?p?>1</a><!-- -->', { a: '1' }],
    ['<a t="&quot;>&#10;" u=\'"/>\'>1</a>', { a: { '@t': '">\n', '@u': '"/>', '#text': '1' } }],
    ['<a>1\r\n2\r3</a>', { a: '1\n2\n3' }],
    ['<constructor><prototype>1</prototype></constructor>', { constructor: { prototype: '1' } }],
  ])('reads %s', (body, expected) => {
    expect(data(body)).toEqual(expected);
  });

  it('reads every type that is XML', () => {
    for (const type of ['text/xml; charset=utf-8', 'Application/SOAP+XML', 'application/vnd.x+xml'])
      expect(data('<a>é</a>', type)).toEqual({ a: 'é' });
  });

  it.each<[string, Buffer, string | undefined]>([
    ['a byte order mark', Buffer.from('\uFEFF<a>é</a>'), 'text/xml; charset=latin1'],
    ['a UTF-16 mark', Buffer.from('\uFEFF<a>é</a>', 'utf16le'), undefined],
    ['UTF-16 without a mark', Buffer.from('<a>é</a>', 'utf16le'), undefined],
    ['big-endian UTF-16', Buffer.from('<a>é</a>', 'utf16le').swap16(), undefined],
    [
      'the type before the declaration',
      Buffer.from('<?xml version="1.0" encoding="gbk"?><a>é</a>'),
      'text/xml;charset=utf-8',
    ],
    ['the declaration', Buffer.from(`<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>`, 'latin1'), undefined],
  ])('takes the encoding from %s', (_what, body, type) => {
    expect(data(body, type)).toEqual({ a: 'é' });
  });

  it('refuses an encoding that is not known', () => {
    expect(parse('<?xml version="1.0" encoding="utf-7"?><a/>')).toMatchObject({ status: 415 });
  });

  const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  it.each([
    ['an outside entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['a billion laughs', `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">${lol}]><a>&l9;</a>`],
    ['an outside document type', '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>'],
    ['a parameter entity', '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]><a/>'],
    ['an entity without a document type', '<!ENTITY x "y"><a/>'],
    ['a document type in lower case', '<!doctype html><a/>'],
    ['one behind a comment', '<!-- x --><!DOCTYPE a><a/>'],
    ['one in UTF-16', Buffer.from('\uFEFF<!DOCTYPE a><a/>', 'utf16le')],
  ])('refuses %s', (_what, body) => {
    expect(parse(body)).toEqual({
      ok: false,
      status: 400,
      code: 'malformed_body',
      detail: 'XML with a document type is not accepted',
    });
  });

  it('takes text that only looks like a document type', () => {
    expect(data('<a><!-- <!DOCTYPE x> --><![CDATA[<!DOCTYPE x>]]></a>')).toEqual({ a: '<!DOCTYPE x>' });
  });

  it.each([
    '<a>',
    'text',
    ' ',
    '<a/><b/>',
    '<a></b>',
    '<a x=1/>',
    '<a x="1" x="2"/>',
    '<a>&x;</a>',
    '<a>&constructor;</a>',
    '<a>&__proto__;</a>',
    '<a>&#0;</a>',
    '<a>&#xFFFFFFFFFFFF;</a>',
    '<a>\0</a>',
    '<a x="<"/>',
    '<a><!-- -- --></a>',
    '<a><![CDATA[</a>',
    '<a>]]></a>',
    '</a>'.repeat(1000),
    '<a b="',
    '<!--',
    '<',
    '< a/>',
  ])('refuses %j without quoting it', (body) => {
    expect(parse(body)).toEqual({
      ok: false,
      status: 400,
      code: 'malformed_body',
      detail: 'the body is not well-formed XML',
    });
  });

  const nested = (depth: number, inner = ''): string => `${'<a>'.repeat(depth)}${inner}${'</a>'.repeat(depth)}`;
  it.each([
    ['65 levels', nested(65)],
    ['200,000 levels', nested(200_000)],
    ['levels that a comment seems to end', nested(64, `<!-- ${'</a>'.repeat(64)} -->${nested(64)}`)],
    ['levels that a value seems to end', nested(64, `<a x="${'</a>'.repeat(64)}">${nested(64)}</a>`)],
    ['levels that CDATA seems to end', nested(64, `<![CDATA[${'</a>'.repeat(64)}]]>${nested(64)}`)],
    ['levels that an instruction seems to end', nested(64, `<?p ${'</a>'.repeat(64)} ?>${nested(64)}`)],
    ['a million attributes', `<a ${Array.from({ length: 1_000_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`],
    ['10,001 elements', `<a>${'<b/>'.repeat(10_000)}</a>`],
    ['10,001 instructions', `${'<?p?>'.repeat(10_001)}<a/>`],
    ['10,001 comments', `<a>${'<!---->'.repeat(10_001)}</a>`],
  ])('refuses %s', (_what, body) => {
    expect(parse(body)).toMatchObject({ ok: false, status: 400, code: 'body_too_complex' });
  });

  it('takes what is just within the limits', () => {
    expect(parse(nested(64)).ok).toBe(true);
    expect(parse(`<a>${'<b/>'.repeat(9_999)}</a>`).ok).toBe(true);
  });

  it('counts the bytes as they came before it reads any of them', () => {
    const small = { ...limits, xmlBytes: 20 };
    const refused = { ok: false, status: 413, code: 'xml_too_large', detail: 'XML has more than 20 bytes' };
    const withBytes = (bytes: number): string => `<a>${'x'.repeat(bytes - 7)}</a>`;
    expect(parseBody(Buffer.from(withBytes(20)), 'text/xml', small)).toMatchObject({ ok: true });
    for (const type of ['text/xml', 'application/xml; charset=nonesuch', 'application/soap+xml'])
      expect(parseBody(Buffer.from(withBytes(21)), type, small)).toEqual(refused);
    expect(parseBody(Buffer.from('<!DOCTYPE a []><a/>é'), 'text/xml', small)).toEqual(refused);
    expect(parseBody(Buffer.from('<a>12345678</a>', 'utf16le'), 'text/xml', small)).toEqual(refused);
    expect(parseBody(Buffer.from(withBytes(21)), 'text/plain', small)).toMatchObject({ ok: true });
  });

  it('reads megabytes of line breaks and references in one pass', () => {
    const count = 500_000;
    expect(data(`<a>${'\r\n'.repeat(count)}${'&#13;'.repeat(count)}😀</a>`)).toEqual({
      a: `${'\n'.repeat(count)}${'\r'.repeat(count)}😀`,
    });
    expect(data(`<a x="${'&amp;'.repeat(count)}"/>`)).toEqual({ a: { '@x': '&'.repeat(count) } });
  });

  it('never lets __proto__ reach a prototype', () => {
    const value = data('<a><__proto__ x="1"><admin>1</admin></__proto__><b>1</b></a>');
    expect(JSON.stringify(value)).toBe('{"a":{"b":"1"}}');
    expect(JSON.stringify(data('<__proto__><admin>1</admin></__proto__>'))).toBe('{}');
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('gives back any text that was escaped', () => {
    const isXmlText = (text: string): boolean => /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text);
    const escape = (text: string): string => text.replace(/[<>&"\r\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
    const text = fc.string({ unit: 'binary' }).filter(isXmlText);
    fc.assert(
      fc.property(text, text, fc.array(text, { minLength: 2, maxLength: 5 }), (attribute, one, many) => {
        const items = many.map((each) => `<i>${escape(each)}</i>`).join('');
        const body = `<a b="${escape(attribute)}"><one>${escape(one)}</one><many>${items}</many></a>`;
        expect(data(body)).toEqual({ a: { '@b': attribute, one, many: { i: many } } });
      }),
    );
  });
});
