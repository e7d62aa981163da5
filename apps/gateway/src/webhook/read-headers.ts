import { joinHeaders, type HeaderList } from '#shared';

/** Headers as Hookmill sees them, counted as they came. */
export interface ReceivedHeaders {
  /** Header lines. */
  count: number;
  /** Bytes of all lines, separators included. */
  bytes: number;
  /** Names and values as received. */
  list: HeaderList;
  /** Lower-case names; repeated ones joined with `, ` (cookies with `; `). */
  values: Record<string, string>;
}

const LINE_OVERHEAD = ': \r\n'.length;

/** @param raw names and values in turn, as in `IncomingMessage.rawHeaders` */
export function readHeaders(raw: readonly string[]): ReceivedHeaders {
  const list: [string, string][] = [];
  let bytes = 0;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    list.push([raw[at]!, raw[at + 1]!]);
    bytes += raw[at]!.length + raw[at + 1]!.length + LINE_OVERHEAD;
  }
  return { count: list.length, bytes, list, values: joinHeaders(list) };
}
