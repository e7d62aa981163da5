import { parsePath } from '#engine';
import type { HistoryFilter, RequestScan, ScanCriteria } from '#storage';
import { ApiProblem } from '../http/api-problem.js';
import type { RequestQuery } from './request-query.dto.js';

/** A search in headers and bodies looks at this much at most; who wants more asks again. */
const MOST_DAYS = 31;
const DAY_MS = 86_400_000;

/** What an index answers. */
export function readFilter({ limit, cursor, ...query }: RequestQuery): HistoryFilter {
  const { workflow, verdict, gate, reason, deliveryId, from, to } = query;
  return { workflow, verdict, gate, reason, deliveryId, from, to, limit, cursor: cursor ?? null };
}

/**
 * The search request by request that was asked for; null when an index answers the query.
 * @throws ApiProblem when the range of time is missing or too long, or a path is none
 */
export function readScan(query: RequestQuery): RequestScan | null {
  const { header, json, secret, ip } = query;
  if ([header, json, secret, ip].every((given) => given === undefined)) return null;
  const criteria: ScanCriteria = {
    header: header === undefined ? undefined : readHeader(header),
    json: json === undefined ? undefined : readJson(json),
    secret,
    ip,
  };
  return { ...readFilter(query), ...criteria, ...readRange(query) };
}

function readRange({ from, to }: RequestQuery): { from: Date; to: Date } {
  const why = 'a search in headers, bodies, secrets or addresses needs a range of time';
  if (from === undefined) throw invalid('from', why);
  if (to === undefined) throw invalid('to', why);
  if (to <= from) throw invalid('to', '"to" must be later than "from"');
  if (to.getTime() - from.getTime() > MOST_DAYS * DAY_MS) {
    throw invalid('from', `the range may be ${MOST_DAYS} days long: ask for one part after the other`);
  }
  return { from, to };
}

/** The value after the first colon, without the blanks that HTTP puts around it. */
function readHeader(text: string): NonNullable<ScanCriteria['header']> {
  const colon = text.indexOf(':');
  if (colon < 0) return { name: text.toLowerCase(), value: null };
  return { name: text.slice(0, colon).toLowerCase(), value: text.slice(colon + 1).trim() };
}

/** The value after the first equals sign. */
function readJson(text: string): NonNullable<ScanCriteria['json']> {
  const sign = text.indexOf('=');
  const path = parsePath(sign < 0 ? text : text.slice(0, sign));
  if (path === null) throw invalid('json', 'json must be a path such as order.items[0].sku, or path=value');
  return { path, value: sign < 0 ? null : text.slice(sign + 1) };
}

function invalid(parameter: string, message: string): ApiProblem {
  return new ApiProblem('invalid_request', message, [{ pointer: `/${parameter}`, code: 'invalid', message }]);
}
