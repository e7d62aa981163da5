import { parseRetryAfter, type DeliveryResult, type HttpResult } from '#engine';
import type { Json } from '#shared';
import type { ChannelCall, ChannelPorts } from './channel.js';

export interface HttpMessage {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body: Buffer | string | null;
}

type Answer = Extract<HttpResult, { ok: true }>;
type Failure = Extract<DeliveryResult, { ok: false }>;

/** A 2xx answer that was a failure all the same; null when it was none. */
export type Judge = (data: Json) => { message: string; isTemporary: boolean } | null;

/** The receiver said that it did not do it, at least not now. */
const KNOWN_FAILURES: readonly number[] = [408, 425, 429, 500, 501, 503];
/** A gateway lost the receiver: whether it acted is open. */
const OPEN_STATUSES: readonly number[] = [502, 504];
/** Characters of an answer that are shown: it is somebody else's text. */
const SHOWN = 2000;

/** Makes the HTTP call of a channel. The result is `{status, data}` with the answer, parsed when it is JSON. */
export async function deliverHttp(
  message: HttpMessage,
  { timeoutMs, signal }: Pick<ChannelCall, 'timeoutMs' | 'signal'>,
  ports: Pick<ChannelPorts, 'http' | 'now'>,
  judge: Judge = () => null,
): Promise<DeliveryResult> {
  const request = { method: 'POST', headers: {}, ...message, timeoutMs, signal };
  const answer = await ports.http.send(request);
  if (!answer.ok) return callFailure(answer);
  const data = answerData(answer);
  if (answer.status < 200 || answer.status > 299) return statusFailure(answer, data, ports.now());
  const wrong = judge(data);
  if (wrong === null) return { ok: true, result: { status: answer.status, data } };
  const failure: Failure = {
    ok: false,
    code: 'channel_refused',
    message: wrong.message,
    wasSent: false,
    retryAfterMs: null,
  };
  return wrong.isTemporary ? failure : { ...failure, permanent: true };
}

/** JSON for `application/json`. */
export function jsonMessage(url: string, body: Json): HttpMessage {
  return { url, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

function callFailure({ code, message }: Extract<HttpResult, { ok: false }>): Failure {
  const failure = { ok: false, code, message, retryAfterMs: null } as const;
  if (code === 'blocked' || code === 'invalid_url') return { ...failure, wasSent: false, permanent: true };
  return { ...failure, wasSent: code === 'connect' ? false : 'unknown' };
}

function statusFailure({ status, headers }: Answer, data: Json, now: Date): Failure {
  const said = shown(data);
  const message = `The channel answered ${status}${said === '' ? '.' : `: ${said}`}`;
  const failure = { ok: false, code: 'http_status', message } as const;
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  if (KNOWN_FAILURES.includes(status)) return { ...failure, wasSent: false, retryAfterMs };
  if (OPEN_STATUSES.includes(status)) return { ...failure, wasSent: 'unknown', retryAfterMs };
  return { ...failure, wasSent: false, retryAfterMs: null, permanent: true };
}

function answerData({ body }: Answer): Json {
  const text = body.toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text.slice(0, SHOWN);
  }
}

function shown(data: Json): string {
  if (data === null) return '';
  return (typeof data === 'string' ? data : JSON.stringify(data)).replace(/\s+/g, ' ').trim().slice(0, SHOWN);
}
