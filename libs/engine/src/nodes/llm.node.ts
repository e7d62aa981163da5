import { isJsonObject, type Json, type JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import type { HttpResult } from '../contract/ports.js';
import type { Fault } from '../contract/workflow-document.js';
import { compileBodySchema, type BodyValidator } from '../definition/compile-body-schema.js';
import { effectPolicy, effectProperties, type EffectConfig } from './effect-config.js';
import { effectFailure } from './effect-failure.js';
import { readCompletion } from './llm-answer.js';
import { llmExamples } from './llm-examples.js';
import { llmRequest, type LlmMessageConfig, type LlmRequest } from './llm-message.js';
import { answerData } from './request-answer.js';
import { sendWithRetry } from './send-with-retry.js';
import { visitKey } from './visit-key.js';

/** Config of an llm node, see contract.md 7. */
export type LlmNodeConfig = EffectConfig & LlmMessageConfig & { timeout?: number };

/** A long answer takes a model minutes. */
const DEFAULT_TIMEOUT_MS = 120_000;
/** A key shorter than this is no secret, and masking it would tear up other text. */
const SHORTEST_KEY = 4;

const penalty = { type: 'number', minimum: -2, maximum: 2, description: 'As the API takes it.' };

export const llmNode = defineNode<LlmNodeConfig>({
  type: 'llm',
  title: 'Language model',
  docs:
    'Asks a language model at any endpoint that speaks the OpenAI chat completions API (`<baseUrl>/chat/completions`), under ' +
    'the SSRF guard. The result is `{id, content, additionalKwargs?, responseMetadata, toolCalls, structuredContent}`. With ' +
    '`structuredOutput` the JSON Schema is sent along and the answer must be JSON that it accepts: it stands in ' +
    '`structuredContent`, and an answer that does not fit ends the node as `failed` with `llm_output_invalid`. A provider ' +
    'that cannot be reached or answers with an error is an `error`. With `ignoreFail` the flow goes on with `{message, code}`. ' +
    'With `retry` known failures (408, 425, 429, 500, 501, 503, no connection) are tried again, `Retry-After` being the ' +
    'least wait; open outcomes only when the node is `repeatable`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['baseUrl', 'model', 'messages'],
    properties: {
      baseUrl: { type: 'string', minLength: 1, description: 'Such as https://api.openai.com/v1; http or https.' },
      apiKey: { type: 'string', description: 'Sent as bearer token; use {{$env.NAME}}.' },
      model: { type: 'string', minLength: 1, description: 'Its name at the provider.' },
      messages: {
        description: 'The conversation: a list of {role, content}, or a template that gives it.',
        anyOf: [
          { type: 'string', description: 'A template that gives the list.' },
          {
            type: 'array',
            minItems: 1,
            maxItems: 1000,
            items: {
              type: 'object',
              additionalProperties: true,
              required: ['role', 'content'],
              properties: {
                role: { type: 'string', enum: ['system', 'developer', 'user', 'assistant', 'tool'] },
                content: { description: 'Text, or a list of parts such as {type: text, text}.' },
              },
            },
          },
        ],
      },
      structuredOutput: {
        type: 'object',
        additionalProperties: false,
        description: 'Not rendered as a template. Without a schema the answer is text.',
        properties: {
          schema: { type: 'object', description: 'JSON Schema of the answer: draft 2020-12, or draft 7 by $schema.' },
          name: {
            type: 'string',
            pattern: '^[A-Za-z0-9_-]{1,64}$',
            default: 'answer',
            description: 'What the provider calls the schema.',
          },
          description: { type: 'string', description: 'What the answer is for, told to the model.' },
          strict: { type: 'boolean', default: false, description: 'The provider holds the model to the schema.' },
        },
      },
      temperature: { type: 'number', minimum: 0, maximum: 2, description: '0 is the least random.' },
      topP: { type: 'number', minimum: 0, maximum: 1, description: 'As the API takes it (`top_p`).' },
      maxTokens: { type: 'integer', minimum: 1, description: 'Longest answer, in tokens.' },
      frequencyPenalty: penalty,
      presencePenalty: penalty,
      stop: { type: 'array', maxItems: 16, items: { type: 'string' }, description: 'Texts that end the answer.' },
      seed: { type: 'integer', description: 'As the API takes it.' },
      tools: { type: 'array', maxItems: 128, items: { type: 'object' }, description: 'As the API takes them.' },
      toolChoice: { description: 'As the API takes it.' },
      timeout: {
        type: 'integer',
        minimum: 1000,
        maximum: 600000,
        default: DEFAULT_TIMEOUT_MS,
        description: 'Milliseconds for each try.',
      },
      ...effectProperties,
    },
  },
  branches: [],
  effect: 'effect',
  raw: ['structuredOutput'],
  isRepeatable: (config) => config.repeatable === true,
  check: (config) => [...checkUrl(config), ...checkSchema(config)],
  examples: llmExamples,
  async run(context) {
    const { config, ports, signal } = context;
    const fail = (error: unknown, shown?: JsonObject): Outcome => failure(error, config, shown);
    let request: LlmRequest;
    try {
      request = llmRequest(config);
    } catch (error) {
      return fail(error);
    }
    if (config.repeatable === true) request.headers['idempotency-key'] = visitKey(context);
    const timeoutMs = config.timeout ?? DEFAULT_TIMEOUT_MS;
    const answer = await sendWithRetry({ ...request, timeoutMs, signal }, ports, effectPolicy(config));
    if (!answer.ok) return fail(new EngineError(answer.code, answer.message));
    if (answer.status < 200 || answer.status > 299) {
      return fail(new EngineError('http_status', providerMessage(answer)), { status: answer.status });
    }
    try {
      return { kind: 'done', result: readCompletion(answerData(answer), validatorOf(config)) };
    } catch (error) {
      return fail(error);
    }
  },
});

/** Compiled once for each schema of a document, which never changes. */
const validators = new WeakMap<JsonObject, BodyValidator | string>();

function compiled(schema: JsonObject): BodyValidator | string {
  const known = validators.get(schema) ?? compileBodySchema(schema);
  validators.set(schema, known);
  return known;
}

function validatorOf({ structuredOutput }: LlmNodeConfig): BodyValidator | null {
  if (structuredOutput?.schema === undefined) return null;
  const validate = compiled(structuredOutput.schema);
  if (typeof validate === 'string') throw new EngineError('llm_schema', `The schema cannot be used: ${validate}`);
  return validate;
}

const OUTPUT_CODES: readonly string[] = ['llm_output_invalid', 'llm_refused'];

function failure(thrown: unknown, config: LlmNodeConfig, shown: JsonObject = {}): Outcome {
  if (!(thrown instanceof EngineError)) throw thrown;
  const error = {
    code: thrown.code,
    message: withoutKey(thrown.message, config.apiKey),
    ...(thrown.detail === undefined ? {} : { detail: thrown.detail }),
  };
  const status = OUTPUT_CODES.includes(thrown.code) ? 'failed' : 'error';
  return effectFailure(error, { ignoreFail: config.ignoreFail === true, status, shown });
}

/** Providers like to quote the key that they refuse. */
function withoutKey(message: string, apiKey: Json | undefined): string {
  return typeof apiKey === 'string' && apiKey.length >= SHORTEST_KEY ? message.replaceAll(apiKey, '***') : message;
}

/** Such as `{error: {message}}`, `{error: text}`, `{message}`. */
function providerMessage(answer: Extract<HttpResult, { ok: true }>): string {
  const data = answerData(answer);
  const error = isJsonObject(data) ? (data['error'] ?? data) : null;
  const said = isJsonObject(error) ? error['message'] : error;
  return `The provider answered ${answer.status}${typeof said === 'string' && said !== '' ? `: ${said}` : '.'}`;
}

function checkUrl({ baseUrl }: LlmNodeConfig): Fault[] {
  if (baseUrl.includes('{{')) return [];
  const protocol = URL.parse(baseUrl.trim())?.protocol;
  if (protocol === 'http:' || protocol === 'https:') return [];
  return [{ pointer: '/baseUrl', code: 'invalid', message: 'Give an absolute URL with http or https.' }];
}

function checkSchema({ structuredOutput }: LlmNodeConfig): Fault[] {
  if (structuredOutput?.schema === undefined) return [];
  const validate = compiled(structuredOutput.schema);
  if (typeof validate !== 'string') return [];
  return [{ pointer: '/structuredOutput/schema', code: 'invalid', message: `No usable JSON Schema: ${validate}` }];
}
