import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '#shared';
import { parseBody, type ParsedBody } from './parse-body.js';

const limits = {
  jsonDepth: 64,
  jsonKeys: 100,
  multipartParts: 50,
  multipartField: 2048,
  multipartFile: 4096,
  xmlBytes: 4096,
};
const TYPE = 'multipart/form-data; boundary=b';

function parse(body: string | Buffer, type = TYPE): ParsedBody {
  return parseBody(Buffer.from(body as string), type, limits);
}

function read(body: string | Buffer, type = TYPE): { data: Json; files: JsonObject } {
  const parsed = parse(body, type);
  if (!parsed.ok) throw new Error(parsed.detail);
  // As JSON has it: plain objects, getters read.
  const { data, files } = parsed;
  return JSON.parse(JSON.stringify({ data, files })) as { data: Json; files: JsonObject };
}

/** A body of parts given as disposition parameters, further header lines and content. */
function form(...parts: [parameters: string, content: string, ...lines: string[]][]): string {
  const written = parts.map(
    ([parameters, content, ...lines]) =>
      `--b\r\n${[`Content-Disposition: form-data; ${parameters}`, ...lines].join('\r\n')}\r\n\r\n${content}\r\n`,
  );
  return `${written.join('')}--b--\r\n`;
}

function fileName(parameters: string): unknown {
  const files = read(form([`name="f"; ${parameters}`, 'x'])).files['f'] as JsonObject[];
  return files[0]?.['filename'];
}

describe('multipart/form-data', () => {
  it('gives fields as a form does, and files as lists with their bytes', () => {
    const body = form(
      ['name="a"', '1'],
      ['name="b[c]"', '2'],
      ['name="l[]"', '3'],
      ['name="l[]"', '4'],
      ['name="x"', '5'],
      ['name="x"', '6'],
      ['name="photo"; filename="é.png"', 'PNG', 'Content-Type: image/png'],
      ['name="docs[]"; filename="1.txt"', '', 'content-type: text/plain; charset=utf-8'],
      ['name="docs[]"; filename="2"', '\r\n--c\r\n'],
    );
    expect(read(body)).toEqual({
      data: { a: '1', b: { c: '2' }, l: ['3', '4'], x: ['5', '6'] },
      files: {
        photo: [{ filename: 'é.png', contentType: 'image/png', size: 3, data: 'UE5H' }],
        docs: [
          { filename: '1.txt', contentType: 'text/plain; charset=utf-8', size: 0, data: '' },
          { filename: '2', contentType: 'application/octet-stream', size: 7, data: 'DQotLWMNCg==' },
        ],
      },
    });
  });

  it('ignores what stands before the first and after the last boundary, and padding on their lines', () => {
    const part = '\r\nContent-Disposition: form-data; name=a\r\n\r\n1';
    expect(read(`preamble\r\n--bb\r\n--b \t${part}\r\n--b-- \r\nepilogue\r\n--b${part}`).data).toEqual({ a: '1' });
    expect(read(`--b${part}\r\n--b--`).data).toEqual({ a: '1' });
    expect(read('--b--\r\n')).toEqual({ data: {}, files: {} });
  });

  it('keeps lines that only begin like the boundary', () => {
    expect(read(form(['name="a"', '\r\n--bc\r\n--b-\r\n--b--x\r\n--\r\n--b x'])).data).toEqual({
      a: '\r\n--bc\r\n--b-\r\n--b--x\r\n--\r\n--b x',
    });
  });

  it('takes a part without content that lacks the line break before it', () => {
    expect(read('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n--b--').data).toEqual({ a: '' });
  });

  it.each([
    ['boundary="a b:c"', 'a b:c'],
    ["Boundary=a'()+_,-./:=?z ; charset=utf-8", "a'()+_,-./:=?z"],
    [`boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
    ['boundary=x; boundary=y', 'x'],
  ])('reads the boundary of %s', (parameter, boundary) => {
    const body = `--${boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--${boundary}--\r\n`;
    expect(read(body, `Multipart/Form-Data; ${parameter}`).data).toEqual({ a: '1' });
  });

  it.each([
    '',
    '; boundary=',
    '; boundary=""',
    '; boundary=a\u0001b',
    '; boundary="a "',
    `; boundary=${'x'.repeat(71)}`,
  ])('refuses %j as a boundary', (parameter) => {
    expect(parse(form(['name="a"', '1']), `multipart/form-data${parameter}`)).toMatchObject({
      status: 400,
      code: 'malformed_body',
      detail: 'the Content-Type has no valid boundary',
    });
  });

  it('refuses every body that was cut short', () => {
    const body = form(['name="a"', '1'], ['name="f"; filename="x"', 'abc']).trimEnd();
    for (let end = 1; end < body.length; end += 1) {
      expect(parse(body.slice(0, end))).toMatchObject({ ok: false, status: 400, code: 'malformed_body' });
    }
  });

  it.each([
    ['line feeds alone', form(['name="a"', '1']).replaceAll('\r\n', '\n')],
    ['no name', form(['filename="x"', '1'])],
    ['no disposition', '--b\r\n\r\n1\r\n--b--'],
    ['another disposition', form(['name="a"', '1']).replace('form-data', 'attachment')],
    ['a name that comes twice', form(['name="a"; name="b"', '1'])],
    ['a quote that is not closed', form(['name="a', '1'])],
    ['text behind a quoted name', form(['name="a"b', '1'])],
    ['a doubled line', form(['name="a"', '1', 'Content-Disposition: form-data; name="b"'])],
    ['a folded line', form(['name="a"', '1', ' filename="x"'])],
    ['a line without a colon', form(['name="a"', '1', 'oops'])],
    ['a space before the colon', form(['name="a"', '1', 'x : 1'])],
    ['NUL in a line', form(['name="a\0"', '1'])],
    ['a lone CR in a line', form(['name="a"', '1', 'x: 1\r2'])],
    ['a multipart inside', form(['name="a"', '1', 'Content-Type: multipart/mixed; boundary=c'])],
    ['base64', form(['name="a"', 'MQ==', 'Content-Transfer-Encoding: base64'])],
    ['17 header lines', form(['name="a"', '1', ...Array.from({ length: 16 }, (_, i) => `x${i}: 1`)])],
    ['8 KB of header lines', form(['name="a"', '1', `x: ${'y'.repeat(8192)}`])],
    ['a malformed filename*', form(["name=a; filename*=utf-7''x", '1'])],
    ['a JSON field that is none', form(['name="a"', '{', 'Content-Type: application/json'])],
  ])('refuses %s', (_what, body) => {
    expect(parse(body)).toMatchObject({ ok: false, status: 400, code: 'malformed_body' });
  });

  it('refuses too many parts, fields and files that are too large with 413', () => {
    const parts = (count: number): string =>
      form(...Array.from({ length: count }, (): [string, string] => ['name=a', '']));
    expect(parse(parts(50)).ok).toBe(true);
    expect(parse(parts(51))).toMatchObject({ status: 413, code: 'too_many_parts' });
    expect(parse(parts(10_000))).toMatchObject({ status: 413, code: 'too_many_parts' });
    expect(parse(form(['name=a', 'x'.repeat(2048)])).ok).toBe(true);
    expect(parse(form(['name=a', 'x'.repeat(2049)]))).toMatchObject({ status: 413, code: 'part_too_large' });
    expect(parse(form(['name=a; filename=b', 'x'.repeat(4096)])).ok).toBe(true);
    expect(parse(form(['name=a; filename=b', 'x'.repeat(4097)]))).toMatchObject({
      status: 413,
      code: 'part_too_large',
      detail: 'a file has more than 4096 bytes',
    });
  });

  it('counts the keys of all JSON fields together', () => {
    const json = JSON.stringify(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, 0])));
    const field: [string, string, string] = ['name=a', json, 'Content-Type: application/json'];
    expect(parse(form(field)).ok).toBe(true);
    expect(parse(form(field, field))).toMatchObject({ status: 400, code: 'body_too_complex' });
    expect(parse(form(['name=a', '['.repeat(65), 'Content-Type: application/json']))).toMatchObject({
      code: 'body_too_complex',
    });
  });

  it('reads a field declared as JSON, ids without loss where that is asked for', () => {
    const body = form(
      ['name="o"', '{"id":9007199254740993,"__proto__":{"x":1}}', 'Content-Type: application/json; charset=utf-8'],
      ['name="l"', '["a"]', 'Content-Type: application/json'],
      ['name="l"', '', 'Content-Type: application/json'],
    );
    expect(read(body).data).toEqual({ o: { id: 9007199254740992 }, l: [['a'], null] });
    expect(parseBody(Buffer.from(body), TYPE, limits, { lossless: true })).toMatchObject({
      data: { o: { id: '9007199254740993' } },
    });
  });

  it('honours the charset of a field, of _charset_ and of the type, in this order', () => {
    const gbk = Buffer.from([0xd6, 0xd0]).toString('latin1');
    const bytes = (...parts: [string, string, ...string[]][]): Buffer => Buffer.from(form(...parts), 'latin1');
    const named: [string, string] = [`name="${gbk}"; filename="${gbk}.txt"`, 'x'];
    expect(read(bytes(['name="_charset_"', 'GBK'], ['name=a', gbk], named))).toMatchObject({
      data: { _charset_: 'GBK', a: '中' },
      files: { 中: [{ filename: '中.txt' }] },
    });
    expect(read(bytes(['name=a', gbk]), `${TYPE}; charset=gb18030`).data).toEqual({ a: '中' });
    const own: [string, string, string] = ['name=a', '\u00e9', 'Content-Type: text/plain; charset=latin1'];
    expect(read(bytes(['name="_charset_"', 'gbk'], own)).data).toMatchObject({ a: 'é' });
    expect(read(bytes(['name="_charset_"', 'klingon'], ['name=a', 'x'])).data).toEqual({
      _charset_: 'klingon',
      a: 'x',
    });
    expect(parse(bytes(['name=a', 'x', 'Content-Type: text/plain; charset=klingon']))).toMatchObject({ status: 415 });
    expect(parse(bytes(['name=a', 'x']), `${TYPE}; charset=klingon`)).toMatchObject({ status: 415 });
  });

  it.each([
    ['filename="../../x"', 'x'],
    ['filename="C:\\dir\\x.txt"', 'x.txt'],
    ['filename="/etc/passwd"', 'passwd'],
    ['filename=".."', 'file'],
    ['filename="a/.."', 'file'],
    ['filename="."', 'file'],
    ['filename="a/"', 'file'],
    ['filename=""', 'file'],
    ['filename=".htaccess"', '.htaccess'],
    ['filename="a%0D%0Ab%22c%41"', 'ab"c%41'],
    ['filename="a\\"b;c"', 'a"b;c'],
    ['filename="cod\u202Egpj.exe"', 'codgpj.exe'],
    ['filename="\u0007a\u0085b"', 'ab'],
    [`filename="${'x'.repeat(300)}"`, 'x'.repeat(255)],
    ["filename=x; filename*=UTF-8''%e2%82%ac%20rates", '€ rates'],
    ["filename*=iso-8859-1'en'%A3", '£'],
    ["filename*=UTF-8''..%2F..%00%2Fetc%2Fpasswd", 'passwd'],
    ['filename=plain.txt', 'plain.txt'],
  ])('makes a plain name of %j', (parameters, expected) => {
    expect(fileName(parameters)).toBe(expected);
  });

  it('leaves out a file input that nobody filled', () => {
    expect(read(form(['name="f"; filename=""', '', 'Content-Type: application/octet-stream']))).toEqual({
      data: {},
      files: {},
    });
  });

  it('has no media type that could write a header of its own', () => {
    const files = read(form(['name=f; filename=x', 'x', 'Content-Type: text/plain; \u00e9'])).files;
    expect(files).toMatchObject({ f: [{ contentType: 'application/octet-stream' }] });
  });

  it('never lets __proto__ reach a prototype', () => {
    const parsed = parse(
      form(['name="__proto__[x]"', '1'], ['name="a[__proto__][x]"', '1'], ['name="__proto__"; filename=x', '1']),
    );
    expect(JSON.stringify(parsed)).toBe('{"ok":true,"data":{"a":{}},"files":{}}');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('reads what fetch writes', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.toWellFormed());
    // A trailing backslash is written as if it escaped the quote behind it.
    const name = text.filter((value) => !/\\$|[[\]\r\n\0]/.test(value) && value !== '' && value !== '__proto__');
    const entry = fc.oneof(
      fc.record({ name, value: text }),
      fc.record({ name, filename: fc.stringMatching(/^[a-z0-9 .;%"é€-]{1,10}[a-z]$/), bytes: fc.uint8Array() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(entry, { maxLength: 5, selector: (each) => each.name }), async (entries) => {
        const sent = new FormData();
        for (const each of entries) {
          if ('value' in each) sent.append(each.name, each.value);
          else sent.append(each.name, new Blob([new Uint8Array(each.bytes)], { type: 'image/png' }), each.filename);
        }
        const response = new Response(sent);
        const { data, files } = read(
          Buffer.from(await response.arrayBuffer()),
          response.headers.get('content-type') ?? undefined,
        );
        const fields = entries.flatMap((each) =>
          'value' in each ? [[each.name, each.value.replace(/\r\n|\r|\n/g, '\r\n')] as const] : [],
        );
        expect(data).toEqual(Object.fromEntries(fields));
        const uploads = entries.flatMap((each) => ('bytes' in each ? [each] : []));
        expect(files).toEqual(
          Object.fromEntries(
            uploads.map(({ name: key, filename, bytes }) => [
              key,
              [
                {
                  filename: filename.trim(),
                  contentType: 'image/png',
                  size: bytes.length,
                  data: Buffer.from(bytes).toString('base64'),
                },
              ],
            ]),
          ),
        );
      }),
      // Each run builds a form through the streams of fetch, which takes milliseconds.
      { numRuns: 40 },
    );
  });
});
