import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { HOPS_HEADER, hopsOf } from '../contract/hops.js';
import { defineNode, type NodeRunContext } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import type { HttpResult } from '../contract/ports.js';
import type { Fault } from '../contract/workflow-document.js';
import { getPath } from '../expression/get-path.js';
import { retryProperties } from './effect-config.js';
import { answerData } from './request-answer.js';
import { REQUEST_CONTENT_TYPES, type RequestContentType } from './request-body.js';
import { headerFault, requestMessage, type RequestMessage } from './request-message.js';
import { sendWithRetry } from './send-with-retry.js';

/** Config of a request, see contract.md 7. */
export type RequestNodeConfig = {
  url: string;
  method?: string;
  contentType?: RequestContentType;
  headers?: { name: string; value?: Json }[];
  params?: { name: string; value?: Json }[];
  data?: Json;
  timeout?: number;
  retry?: { attempts?: number; backoff?: number };
  repeatable?: boolean;
  ignoreFail?: boolean;
  onlyData?: boolean;
};

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_RETRY = { attempts: 1, backoff: 500 };

const nameValueList: JsonObject = {
  type: 'array',
  maxItems: 200,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 1, description: 'May be a template.' },
      value: { description: 'Text, or a value written as JSON.' },
    },
  },
};

export const requestNode = defineNode<RequestNodeConfig>({
  type: 'request',
  title: 'HTTP request',
  docs:
    'Calls an HTTP service under the SSRF guard. The result is `{status, statusText, headers, data}`, or only the data ' +
    'with `onlyData`; JSON answers are parsed. Any answer but 2xx ends the node as `failed` with `{message, status, ' +
    'statusText, data}`, a time-out as `failed` with the code `timeout`; with `ignoreFail` the flow goes on with that as ' +
    'result. With `retry` failures that are known (no connection, 408, 425, 429, 500, 501, 503) are tried again, `attempts` ' +
    'being all tries and `Retry-After` the least wait; after a time-out, a broken connection, 502 or 504 only a GET or a ' +
    '`repeatable` request is. Only these are made again when a worker is lost on the way; they carry the same ' +
    '`Idempotency-Key` at each try, unless the headers name one. Calls carry the trace context, and count the hops from ' +
    'webhook to webhook: a loop ends at the gateway.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: { type: 'string', minLength: 1, description: 'http or https; may hold templates.' },
      method: {
        type: 'string',
        enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        default: 'POST',
        description: 'A GET may be repeated, the others only when the node is `repeatable`.',
      },
      contentType: {
        type: 'string',
        enum: [...REQUEST_CONTENT_TYPES],
        default: 'application/json',
        description: 'How `data` is sent.',
      },
      headers: { ...nameValueList, description: 'Content-Type is decided by `contentType`.' },
      params: { ...nameValueList, description: 'Appended to the query of the URL.' },
      data: {
        description:
          'The body, of any method but GET. Forms take an object or a list of {name, value}; a multipart form also ' +
          '{name, valueType: file, file} with a file of `$context.files`, a list of them, or text.',
      },
      timeout: {
        type: 'integer',
        minimum: 1,
        maximum: 600000,
        default: 5000,
        description: 'Milliseconds for each try.',
      },
      ...retryProperties,
      ignoreFail: { type: 'boolean', default: false, description: 'Go on after a failure, with it as the result.' },
      onlyData: { type: 'boolean', default: false, description: 'The result is only the data of the answer.' },
    },
  },
  branches: [],
  effect: 'effect',
  isRepeatable,
  testable: true,
  check: (config) => [...checkHeaders(config), ...checkUrl(config)],
  examples: [
    {
      title: 'Tell another system',
      config: {
        url: 'https://example.com/orders',
        method: 'POST',
        data: { id: '{{$context.data.id}}' },
        retry: { attempts: 3, backoff: 500 },
        repeatable: true,
        onlyData: true,
      },
      context: { data: { id: 7 } },
      expect: { kind: 'done', result: { ok: true } },
    },
    {
      title: 'Look something up',
      config: {
        url: 'https://example.com/customers',
        method: 'GET',
        params: [{ name: 'email', value: '{{$context.data.email}}' }],
        headers: [{ name: 'accept', value: 'application/json' }],
        timeout: 2000,
      },
      context: { data: { email: 'ann@example.com' } },
      answer: { id: 5 },
      expect: {
        kind: 'done',
        result: { status: 200, statusText: 'OK', headers: { 'content-type': 'application/json' }, data: { id: 5 } },
      },
    },
    {
      title: 'Pass an upload on',
      config: {
        url: 'https://example.com/uploads',
        contentType: 'multipart/form-data',
        data: [
          { name: 'note', valueType: 'text', text: '{{$context.data.note}}' },
          { name: 'scan', valueType: 'file', file: '{{$context.files.scan}}' },
        ],
        onlyData: true,
      },
      context: {
        data: { note: 'from the scanner' },
        files: { scan: [{ filename: 'scan.png', contentType: 'image/png', size: 5, data: 'iVBORw0=' }] },
      },
      answer: { id: 9 },
      expect: { kind: 'done', result: { id: 9 } },
    },
    {
      title: 'Go on after a failure',
      config: { url: '{{$context.data.callback}}', data: { done: true }, ignoreFail: true },
      context: { data: { callback: 'ftp://example.com/' } },
      expect: {
        kind: 'done',
        result: { message: 'The URL is not an absolute http or https URL.', code: 'invalid_url' },
      },
    },
  ],
  async run(context) {
    const { config, ports, signal } = context;
    let message: RequestMessage;
    try {
      message = requestMessage(config);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return failure({ code: error.code, message: error.message }, config);
    }
    message.headers[HOPS_HEADER] = String(hopsOf(getPath(context.scope, '$context.headers')) + 1);
    const repeatable = isRepeatable(config);
    if (repeatable) message.headers['idempotency-key'] ??= idempotencyKey(context);
    const answer = await sendWithRetry({ ...message, timeoutMs: config.timeout ?? DEFAULT_TIMEOUT_MS, signal }, ports, {
      ...DEFAULT_RETRY,
      ...config.retry,
      repeatable,
    });
    return toOutcome(answer, config);
  },
});

function isRepeatable({ repeatable, method }: RequestNodeConfig): boolean {
  return repeatable === true || method === 'GET';
}

/** The same for every try of this visit, also after the execution moved to another worker; another one each round. */
function idempotencyKey({ execution, node }: NodeRunContext<RequestNodeConfig>): string {
  return createHash('sha256')
    .update(JSON.stringify([execution.id, node.key, node.rounds.length === 0 ? 1 : node.rounds]))
    .digest('hex')
    .slice(0, 40);
}

function toOutcome(answer: HttpResult, config: RequestNodeConfig): Outcome {
  if (!answer.ok) {
    // What the author knows is that time ran out; that nothing was sent matters to the retries only.
    const code = answer.timedOut === true ? 'timeout' : answer.code;
    return failure({ code, message: answer.message }, config);
  }
  const { status, statusText, headers } = answer;
  const data = answerData(answer);
  if (status >= 200 && status < 300) {
    return { kind: 'done', result: config.onlyData === true ? data : { status, statusText, headers, data } };
  }
  const message = `The receiver answered ${status}${statusText === '' ? '' : ` ${statusText}`}.`;
  return failure({ code: 'http_status', message }, config, { status, statusText, data });
}

function failure(error: { code: string; message: string }, config: RequestNodeConfig, answer?: JsonObject): Outcome {
  const result: JsonObject =
    answer === undefined ? { message: error.message, code: error.code } : { message: error.message, ...answer };
  if (error.code === 'aborted') return { kind: 'fail', status: 'aborted', error, result };
  if (config.ignoreFail === true) return { kind: 'done', result };
  return { kind: 'fail', status: 'failed', error, result };
}

/** Templates are judged when they are rendered. */
function isTemplate(text: unknown): boolean {
  return typeof text !== 'string' || text.includes('{{');
}

function checkHeaders(config: RequestNodeConfig): Fault[] {
  return (config.headers ?? []).flatMap(({ name, value }, index): Fault[] => {
    const message = isTemplate(name) ? null : headerFault(name, isTemplate(value) ? '' : String(value));
    return message === null ? [] : [{ pointer: `/headers/${index}`, code: 'invalid', message }];
  });
}

function checkUrl(config: RequestNodeConfig): Fault[] {
  if (isTemplate(config.url)) return [];
  const protocol = URL.parse(config.url.trim())?.protocol;
  if (protocol === 'http:' || protocol === 'https:') return [];
  return [{ pointer: '/url', code: 'invalid', message: 'Give an absolute URL with http or https.' }];
}
