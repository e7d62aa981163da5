/** Headers as Hookmill sees them, counted as they came. */
export interface ReceivedHeaders {
  /** Header lines. */
  count: number;
  /** Bytes of all lines, separators included. */
  bytes: number;
  /** Lower-case names; repeated ones joined with `, ` (cookies with `; `). */
  values: Record<string, string>;
}

/**
 * Names of which node:http keeps the first. `authorization` and `proxy-authorization` are left out on purpose: a doubled
 * credential is ambiguous and, joined, passes no check.
 */
const FIRST_ONE = new Set(
  (
    'age content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified ' +
    'location max-forwards referer retry-after server user-agent'
  ).split(' '),
);

const LINE_OVERHEAD = ': \r\n'.length;

/** @param raw names and values in turn, as in `IncomingMessage.rawHeaders` */
export function readHeaders(raw: readonly string[]): ReceivedHeaders {
  // No prototype, so that a header named like a property of Object is only a header.
  const values = Object.create(null) as Record<string, string>;
  let bytes = 0;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    const value = raw[at + 1]!;
    bytes += name.length + value.length + LINE_OVERHEAD;
    const earlier = values[name];
    if (earlier === undefined) values[name] = value;
    else if (!FIRST_ONE.has(name)) values[name] = `${earlier}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return { count: raw.length / 2, bytes, values };
}
