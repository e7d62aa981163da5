import { gzipSync } from 'node:zlib';

/** Bytes to be written to a socket, and whose URL they name. */
export interface FuzzRequest {
  bytes: Buffer;
  /** What was put together, for the failure's message. */
  about: string;
}

type Random = () => number;

/** URLs of webhooks that the run has stored. */
export const FUZZ_KEYS = ['fuzz-open', 'fuzz-github', 'fuzz-token', 'fuzz-basic', 'fuzz-cors', 'fuzz-strict'] as const;

const METHODS = [
  'POST',
  'POST',
  'POST',
  'POST',
  'GET',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'QUERY',
];
const BAD_METHODS = ['post', 'FOO', '', 'G\u0000T', 'POST POST', 'X'.repeat(40), 'CONNECT', 'TRACE'];

/** Every second one is public: what gets past the checks shall be looked at too. */
const PATHS: readonly string[] = [
  ...Array.from({ length: 20 }, () => '/api/webhooks/fuzz-open'),
  ...FUZZ_KEYS.map((key) => `/api/webhooks/${key}`),
  ...FUZZ_KEYS.map((key) => `/api/webhook:trigger/${key}`),
  '/api/webhook%3Atrigger/fuzz-open',
  '/api/webhooks/fuzz/orders/eu',
  '/api/webhooks/fuzz/orders/%E4%BD%A0',
  '/api/webhooks/fuzz/orders/%ff%00',
  '/api/webhooks/unknown',
  '/api/webhooks/',
  '/api/webhooks//',
  '/api/webhooks/../webhooks/fuzz-open',
  '/api/webhooks/%2e%2e/fuzz-open',
  '/api/webhooks/fuzz-open/',
  '/api/webhooks/fuzz-open;a=b',
  '/api/webhooks/FUZZ-OPEN',
  '/api/webhooks/%',
  '/api/webhooks/%zz',
  '/api/webhooks/__proto__',
  '/api/webhooks/constructor',
];
const QUERIES = [
  '',
  '',
  '?a=1&a=2',
  '?__proto__[x]=1',
  '?a[b][c][d]=1',
  '?%',
  '?a=%ff&b=%00',
  `?${'a[]=1&'.repeat(400)}`,
  `?${'x'.repeat(9_000)}`,
  '?hub.mode=subscribe&hub.challenge=<script>',
  '?access_token=abcdef',
];

const HEADERS: readonly string[] = [
  'Content-Encoding: gzip',
  'Content-Encoding: br',
  'Content-Encoding: gzip, gzip',
  'Content-Encoding: nonsense',
  'Authorization: Basic Og==',
  'Authorization: Basic !!!',
  'Authorization: Bearer a.b.c',
  'X-Token: wrong',
  'X-Hub-Signature-256: sha256=zz',
  'X-Hub-Signature-256: sha256=',
  `X-Hub-Signature-256: sha256=${'0'.repeat(64)}`,
  'X-GitHub-Event: ping',
  'X-GitHub-Delivery: 1',
  'Idempotency-Key: once',
  `Idempotency-Key: ${'k'.repeat(2_000)}`,
  'X-Forwarded-For: 10.0.0.1, ::1, nonsense',
  'X-Forwarded-Proto: https',
  'Forwarded: for="[::1]"',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'traceparent: garbage',
  'Origin: https://example.com',
  'Access-Control-Request-Method: POST',
  'Expect: 100-continue',
  'Expect: something-else',
  'Cookie: a=b',
  'Cookie: c=d',
  'Host: evil.example',
  '__proto__: x',
  'constructor: y',
  'Upgrade: websocket',
  'Connection: upgrade',
  'Connection: close',
  'Content-Type: text/plain',
  'Content-Type: application/json',
  `X-Long: ${'v'.repeat(6_000)}`,
  'X-Latin: \u00e9\u00ff',
];
const BAD_HEADERS = [
  'X-Space : before colon',
  'No colon at all',
  ' folded: start',
  'X-Nul: a\u0000b',
  'X-Cr: a\rb',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Content-Length: -1',
  'Content-Length: 1e3',
  'Content-Length: 99999999999999999999',
];

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/vnd.api+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'multipart/mixed; boundary=x',
  'text/plain; charset=gbk',
  'text/xml',
  'application/xml; charset=nonsense',
  'application/octet-stream',
  ';;;',
  '',
];

/** The same request for the same numbers. About one in four is no valid HTTP. */
export function fuzzRequest(random: Random): FuzzRequest {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const isBroken = random() < 0.25;
  const body = fuzzBody(random, pick);
  const lines = [...fuzzLines(random, pick), ...(isBroken ? breakingLines(random, pick) : [])];
  if (isBroken && random() < 0.3) lines[0] = lines[0]!.replace(/^\S*/, pick(BAD_METHODS));
  const framing = isBroken ? pick(['right', 'chunked', 'short', 'long', 'both', 'none']) : pick(['right', 'chunked']);
  const framed = frame(framing, body);
  const end = isBroken && random() < 0.1 ? '\n' : '\r\n';
  const head = [...lines, ...framed.headers, '', ''].join(end);
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), framed.body]);
  const about = `${lines.slice(0, 3).join(' | ')} | ${framing} | ${body.length} bytes`;
  return { bytes: isBroken && random() < 0.2 ? cut(bytes, random) : bytes, about };
}

type Pick = <T>(from: readonly T[]) => T;

function fuzzLines(random: Random, pick: Pick): string[] {
  const path = pick(PATHS) + pick(QUERIES);
  const lines = [`${pick(METHODS)} ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Type: ${pick(TYPES)}`];
  for (let count = Math.floor(random() * 6); count > 0; count -= 1) lines.push(pick(HEADERS));
  if (random() < 0.02) for (let n = 0; n < 150; n += 1) lines.push(`X-Many-${n}: ${n}`);
  return lines;
}

function breakingLines(random: Random, pick: Pick): string[] {
  return random() < 0.6 ? [pick(BAD_HEADERS)] : [];
}

function cut(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, 1 + Math.floor(random() * (bytes.length - 1)));
}

function frame(framing: string, body: Buffer): { headers: string[]; body: Buffer } {
  const length = (size: number): string => `Content-Length: ${size}`;
  switch (framing) {
    case 'right':
      return { headers: [length(body.length)], body };
    case 'chunked':
      return { headers: ['Transfer-Encoding: chunked'], body: chunked(body) };
    case 'short':
      return { headers: [length(Math.max(0, body.length - 3))], body };
    case 'long':
      return { headers: [length(body.length + 7)], body };
    case 'both':
      return { headers: [length(body.length), 'Transfer-Encoding: chunked'], body: chunked(body) };
    default:
      return { headers: [], body };
  }
}

function chunked(body: Buffer): Buffer {
  const half = body.length >> 1;
  const parts = [body.subarray(0, half), body.subarray(half)].filter((part) => part.length > 0);
  const framed = parts.map((part) =>
    Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
  );
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}

function fuzzBody(random: Random, pick: Pick): Buffer {
  const body = Buffer.from(pick(BODIES)(random), 'latin1');
  if (random() < 0.1) return gzipSync(body);
  if (random() < 0.1 && body.length > 0) body[Math.floor(random() * body.length)]! ^= 1 << Math.floor(random() * 8);
  return body;
}

const BODIES: readonly ((random: Random) => string)[] = [
  () => '',
  () => '{"a":1,"b":["x",null,true]}',
  () => '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
  () => '{"files":{"f":{"filepath":"/etc/passwd"}}}',
  () => '{"a":',
  () => '['.repeat(200),
  () => '['.repeat(50_000),
  () => `{${Array.from({ length: 11_000 }, (_, n) => `"k${n}":1`).join(',')}}`,
  () => '{"n":9007199254740993,"e":1e400,"z":-0}',
  () => 'a=1&b[c]=2&a=3&payload=%7B%22x%22%3A1%7D',
  () => 'a'.repeat(1_500).split('').join('&'),
  () => '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
  () => '--x\r\nContent-Disposition: form-data; name="f"; filename="../../x"\r\n\r\n\u0000\u00ff\r\n--x--',
  () => '--x\r\n'.repeat(200),
  () => '<a><b c="d">e</b></a>',
  () => '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
  () => `${'<a>'.repeat(5_000)}`,
  (random) => Array.from({ length: 300 }, () => String.fromCharCode(Math.floor(random() * 256))).join(''),
  () => '\u00ff\u00fe\u0000',
];
