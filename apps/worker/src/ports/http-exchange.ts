import type { Dispatcher } from 'undici';

/** One request on the wire: no redirects are followed. */
export interface Exchange {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: Buffer | string | null;
}

export interface ExchangeAnswer {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** Why an exchange failed. `started`: the request had a connection, so the receiver may have seen it. */
export interface ExchangeFailure {
  started: boolean;
  tooLarge: boolean;
  error: Error;
}

export type ExchangeEnd = { ok: true; answer: ExchangeAnswer } | ({ ok: false } & ExchangeFailure);

export interface ExchangeLimits {
  /** Bytes of the response body; counted while it arrives. */
  maxBytes: number;
  /** Ends the exchange; its reason becomes the failure's error. */
  signal: AbortSignal;
}

type Controller = Dispatcher.DispatchController;
type ResponseHeaders = Record<string, string | string[] | undefined>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** True when the answer names another place to ask; its body is not read then. */
export function isRedirect(status: number, headers: Record<string, unknown>): boolean {
  return REDIRECTS.has(status) && typeof headers.location === 'string';
}

/** Sends one request. Never rejects. */
export function exchange(dispatcher: Dispatcher, request: Exchange, limits: ExchangeLimits): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    const handler = new ExchangeHandler(limits, resolve);
    const { url, method, headers, body } = request;
    try {
      dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body }, handler);
    } catch (error) {
      handler.onResponseError(null, error as Error);
    }
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #limits: ExchangeLimits;
  readonly #resolve: (end: ExchangeEnd) => void;
  readonly #chunks: Buffer[] = [];
  readonly #abort = (): void => this.#stop(this.#limits.signal.reason as Error, false);
  #controller: Controller | null = null;
  #bytes = 0;
  #answer: Omit<ExchangeAnswer, 'body'> | null = null;
  #done = false;

  constructor(limits: ExchangeLimits, resolve: (end: ExchangeEnd) => void) {
    this.#limits = limits;
    this.#resolve = resolve;
    limits.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Called when the request is next on a live connection, before its first byte. */
  onRequestStart(controller: Controller): void {
    if (this.#done) return controller.abort(new Error('given up before it was sent'));
    this.#controller = controller;
  }

  onResponseStart(controller: Controller, status: number, headers: ResponseHeaders, statusText = ''): void {
    if (this.#done || status < 200) return;
    this.#answer = { status, statusText, headers: flatten(headers) };
    if (isRedirect(status, this.#answer.headers)) {
      this.#finish();
      controller.abort(new Error('redirected'));
      return;
    }
    if (Number(headers['content-length'] ?? 0) > this.#limits.maxBytes) this.#refuse();
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.#done) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxBytes) this.#refuse();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#end({ ok: false, started: this.#controller !== null, tooLarge: false, error });
  }

  #finish(): void {
    if (this.#answer === null) return this.onResponseError(null, new Error('the answer ended before it began'));
    this.#end({ ok: true, answer: { ...this.#answer, body: Buffer.concat(this.#chunks) } });
  }

  #refuse(): void {
    this.#stop(new Error(`the answer is larger than ${this.#limits.maxBytes} bytes`), true);
  }

  #stop(error: Error, tooLarge: boolean): void {
    this.#end({ ok: false, started: this.#controller !== null, tooLarge, error });
    this.#controller?.abort(error);
  }

  #end(end: ExchangeEnd): void {
    if (this.#done) return;
    this.#done = true;
    this.#chunks.length = 0;
    this.#limits.signal.removeEventListener('abort', this.#abort);
    this.#resolve(end);
  }
}

/** Repeated headers are joined as RFC 9110 section 5.2 allows; `set-cookie`, which it does not allow that for, by line feeds. */
function flatten(headers: ResponseHeaders): Record<string, string> {
  const flat: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    flat.push([name, Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value]);
  }
  return Object.fromEntries(flat);
}
