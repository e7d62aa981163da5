import type { HttpClient, HttpRequest, HttpResult } from '../contract/ports.js';

/** An answer in short form: what is left out is 200, no headers, an empty body. An object body is sent as JSON. */
export interface ScriptedAnswer {
  status?: number;
  statusText?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
}

type Failure = Extract<HttpResult, { ok: false }>;

/** An HTTP client that never leaves the process: it notes what was sent and gives the answers in order, then the last one again. */
export interface FakeHttp extends HttpClient {
  readonly sent: readonly HttpRequest[];
}

/** Without answers every call gets 200 and `{"ok":true}`. */
export function fakeHttp(...answers: (ScriptedAnswer | Failure)[]): FakeHttp {
  const script = answers.length > 0 ? answers : [{ body: { ok: true } }];
  const sent: HttpRequest[] = [];
  return {
    sent,
    send: async (request) => {
      const answer = script[Math.min(sent.length, script.length - 1)] ?? {};
      sent.push(request);
      return 'code' in answer ? answer : toResult(answer);
    },
  };
}

function toResult(answer: ScriptedAnswer): HttpResult {
  const { status = 200, statusText = status === 200 ? 'OK' : '', headers = {}, body = '' } = answer;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return { ok: true, status, statusText, headers, body: Buffer.from(body) };
  }
  const typed = { 'content-type': 'application/json', ...headers };
  return { ok: true, status, statusText, headers: typed, body: Buffer.from(JSON.stringify(body)) };
}
