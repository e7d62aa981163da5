import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Agent } from 'undici';
import type { HttpClient, HttpRequest, HttpResult } from '#engine';
import {
  attributes,
  BlockedTarget,
  createSsrfGuard,
  currentTraceparent,
  guardedLookup,
  inSpan,
  type SsrfGuard,
  type SsrfGuardOptions,
} from '#shared';
import { exchange, isRedirect } from './http-exchange.js';
import type { Exchange, ExchangeFailure } from './http-exchange.js';
import { followRedirect } from './http-redirect.js';

export interface HttpLimits {
  /** Bytes of a response body. */
  answerBytes: number;
  /** Redirects followed; one more is an error. */
  redirects: number;
}

/** Defaults of `HTTP_LIMITS`: 5 MB, 3 redirects. */
export const HTTP_LIMITS: Readonly<HttpLimits> = { answerBytes: 5 * 1024 * 1024, redirects: 3 };

export interface HttpClientOptions extends SsrfGuardOptions {
  limits?: Partial<HttpLimits>;
  /** Milliseconds to establish one connection. Default 10,000. */
  connectTimeoutMs?: number;
}

type Failure = Extract<HttpResult, { ok: false }>;

/** These belong to one connection and are the client's own to set. */
const CONNECTION_HEADERS = new Set(
  'connection content-length expect keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
);
const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE']);
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The HTTP client of nodes. Every connection goes to an address the SSRF guard has just checked; proxies of the
 * environment are not used, and HTTP/1.1 is spoken. `send` never rejects.
 *
 * `invalid_url` also stands for a method or header that cannot be sent. `connect` is answered only while nothing has
 * been sent to anyone; a connection that fails after a redirect is `protocol`. `blocked` may follow a redirect: then
 * the hops before it were made. Throws when `allowPrivate` holds something that is no CIDR.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient & { close(): Promise<void> } {
  const guard = createSsrfGuard(options);
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const agent = new Agent({
    connect: { lookup: guardedLookup(guard), timeout: options.connectTimeoutMs ?? 10_000 },
    allowH2: false,
    // The whole call has one deadline; a second clock in here would only end it with another error.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async send(request) {
      const first = prepare(request);
      if ('ok' in first) return first;
      const clock = startClock(request);
      try {
        return await traced(first, (call) => follow(agent, guard, call, limits, clock.signal));
      } finally {
        clock.stop();
      }
    },
    close: () => agent.destroy(),
  };
}

/** The receiver can join our trace (W3C Trace Context), unless the author sends a `traceparent` of another one. */
function traced(request: Exchange, act: (request: Exchange) => Promise<HttpResult>): Promise<HttpResult> {
  const about = { [attributes.httpMethod]: request.method, [attributes.serverAddress]: request.url.hostname };
  return inSpan('http.call', { kind: 'client', attributes: about }, async (span) => {
    const traceparent = currentTraceparent();
    const headers = traceparent === undefined ? request.headers : { traceparent, ...request.headers };
    const result = await act({ ...request, headers });
    if (result.ok) span.setAttribute(attributes.httpStatus, result.status);
    return result;
  });
}

function prepare(request: HttpRequest): Exchange | Failure {
  if (!URL.canParse(request.url)) return fail('invalid_url', 'the URL cannot be parsed');
  const method = request.method.toUpperCase();
  if (!METHOD.test(method) || REFUSED_METHODS.has(method))
    return fail('invalid_url', `the method ${JSON.stringify(method.slice(0, 40))} is not allowed`);
  const headers: Record<string, string> = { 'user-agent': 'hookmill' };
  for (const [name, value] of Object.entries(request.headers)) {
    const key = name.toLowerCase();
    if (CONNECTION_HEADERS.has(key)) continue;
    try {
      validateHeaderName(key);
      validateHeaderValue(key, value);
    } catch {
      return fail(
        'invalid_url',
        `the header ${JSON.stringify(name.slice(0, 80))} cannot be sent: its name or value has illegal characters`,
      );
    }
    headers[key] = value;
  }
  return { url: new URL(request.url), method, headers, body: request.body };
}

async function follow(
  agent: Agent,
  guard: SsrfGuard,
  first: Exchange,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<HttpResult> {
  let request = first;
  for (let hop = 0; ; hop += 1) {
    if (signal.aborted) return failure({ started: hop > 0, tooLarge: false, error: signal.reason as Error }, hop);
    try {
      guard.checkUrl(request.url);
    } catch (error) {
      return fail('blocked', (error as Error).message);
    }
    const end = await exchange(agent, request, { maxBytes: limits.answerBytes, signal });
    if (!end.ok) return failure(end, hop);
    const { status, headers } = end.answer;
    if (!isRedirect(status, headers)) return { ok: true, ...end.answer };
    if (hop >= limits.redirects) return fail('too_many_redirects', `more than ${limits.redirects} redirects`);
    try {
      request = followRedirect(request, status, headers.location!);
    } catch (error) {
      if (error instanceof BlockedTarget) return fail('blocked', error.message);
      return fail('protocol', 'the redirect does not lead to a URL');
    }
  }
}

/** Ends a call: its own deadline, or the caller's signal. */
class Deadline extends Error {}
class Aborted extends Error {}

function startClock({ timeoutMs, signal }: HttpRequest): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Aborted('the call was aborted'));
  const timer = setTimeout(
    () => controller.abort(new Deadline(`no answer within ${timeoutMs} ms`)),
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

function failure({ started, tooLarge, error }: ExchangeFailure, hop: number): Failure {
  if (tooLarge) return fail('too_large', error.message);
  if (error instanceof Aborted) return fail('aborted', error.message);
  if (error instanceof BlockedTarget) return fail('blocked', error.message);
  const nothingSent = !started && hop === 0;
  const timedOut = error instanceof Deadline;
  if (nothingSent)
    return { ...fail('connect', `no connection: ${describe(error)}`), ...(timedOut ? { timedOut } : {}) };
  return timedOut ? fail('timeout', error.message) : fail('protocol', describe(error));
}

/** A connection tried on several addresses fails with an error that has no message of its own. */
function describe(error: Error): string {
  if ('errors' in error && Array.isArray(error.errors))
    return (error.errors as Error[]).map((each) => each.message).join('; ');
  return error.message;
}

function fail(code: Failure['code'], message: string): Failure {
  return { ok: false, code, message };
}
