import { CliError } from './cli-error.js';
import type { Connection } from './find-connection.js';

export interface ApiFault {
  pointer: string;
  code: string;
  message: string;
}

/** A refusal of the management API, as its problem document tells it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly faults: readonly ApiFault[] = [],
  ) {
    super(detail);
  }
}

export interface ApiAnswer {
  status: number;
  body: unknown;
}

export interface ApiClient {
  get(path: string, query?: Record<string, string | undefined>): Promise<unknown>;
  /** @throws ApiError on any refusal */
  send(method: 'POST' | 'PUT', path: string, body?: unknown): Promise<ApiAnswer>;
}

const TIMEOUT_MS = 60_000;

/** @throws CliError with words on what to do when the API cannot be reached or does not know the key */
export function createApiClient({ api, key }: Connection): ApiClient {
  async function call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await reach(api, `${api}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const answer = parse(await response.text());
    if (response.ok) return { status: response.status, body: answer };
    throw refusal(api, response.status, answer);
  }
  return {
    get: async (path, query = {}) => (await call('GET', path + queryText(query))).body,
    send: call,
  };
}

async function reach(api: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    if (name === 'TimeoutError') throw new CliError(`${api} did not answer within ${TIMEOUT_MS / 1000} s.`);
    const why = cause?.code ?? cause?.message ?? (error as Error).message;
    throw new CliError(`${api} cannot be reached (${why}). Start it with "npm start", or say where it is with --api.`);
  }
}

function refusal(api: string, status: number, answer: unknown): Error {
  const problem = (answer ?? {}) as { code?: string; detail?: string; faults?: ApiFault[] };
  if (status === 401) return new CliError(`${api} does not know this API key: check --key or HOOKMILL_ADMIN_KEY.`);
  if (typeof problem.code !== 'string') return new CliError(`${api} answered ${status}: is it the management API?`);
  return new ApiError(status, problem.code, problem.detail ?? problem.code, problem.faults);
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function queryText(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
