/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Field values as node:http writes them: visible Latin-1, blank and tab; no CR, LF or NUL. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Most clients and proxies refuse all headers of an answer beyond 8 to 16 KB, and with them the answer. */
const LONGEST_VALUE = 4096;

/** Headers that frame the message or belong to one connection (RFC 9110 section 7.6.1), and cookies. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'set-cookie',
  'set-cookie2',
]);

/** Why a reply may not carry a header of this name, or null. */
export function headerNameFault(name: string): string | null {
  if (!TOKEN.test(name)) return `"${name}" is not a header name`;
  return RESERVED.has(name.toLowerCase()) ? `the header "${name}" cannot be set by a workflow` : null;
}

/** Why this is no value for a header, or null. The value itself is not repeated: it may hold payload or secrets. */
export function headerValueFault(name: string, value: string): string | null {
  if (value.length > LONGEST_VALUE)
    return `the value of the header "${name}" is longer than ${LONGEST_VALUE} characters`;
  return VALUE.test(value) ? null : `the value of the header "${name}" holds characters that HTTP does not allow`;
}

/** True when a workflow may read and match a request header of this name. */
export function isHeaderName(name: string): boolean {
  return TOKEN.test(name);
}
