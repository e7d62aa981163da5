/** Headers as they came: name and value of each, in order, repeated ones repeated. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

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

/** Values by lower-case name: repeated ones joined with `, ` (cookies with `; `), as node:http does. */
export function joinHeaders(list: HeaderList): Record<string, string> {
  // No prototype, so that a header named like a property of Object is only a header.
  const values = Object.create(null) as Record<string, string>;
  for (const [given, value] of list) {
    const name = given.toLowerCase();
    const earlier = values[name];
    if (earlier === undefined) values[name] = value;
    else if (!FIRST_ONE.has(name)) values[name] = `${earlier}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return values;
}
