import { isJsonObject, type Json, type JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { fieldText } from './request-body.js';

/** What the answer must look like: a JSON Schema, sent along and checked against. */
export type StructuredOutput = {
  schema?: JsonObject;
  name?: string;
  description?: string;
  strict?: boolean;
};

/** The part of an llm node's config that becomes the request; values may be any JSON after rendering. */
export type LlmMessageConfig = {
  baseUrl: string;
  apiKey?: Json;
  model: string;
  messages: Json;
  structuredOutput?: StructuredOutput;
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  stop?: string[];
  seed?: number;
  tools?: JsonObject[];
  toolChoice?: Json;
};

/** One call, ready for the HTTP client. */
export interface LlmRequest {
  url: string;
  method: 'POST';
  headers: Record<string, string>;
  body: string;
}

/** Our names and those of the chat completions API. */
const PARAMETERS = {
  temperature: 'temperature',
  topP: 'top_p',
  maxTokens: 'max_tokens',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stop: 'stop',
  seed: 'seed',
  tools: 'tools',
  toolChoice: 'tool_choice',
} as const;

/**
 * The chat completions call of a rendered config (https://platform.openai.com/docs/api-reference/chat/create). Throws
 * EngineError `invalid_url`, `invalid_messages` or `invalid_header` when it cannot be sent.
 */
export function llmRequest(config: LlmMessageConfig): LlmRequest {
  const body: JsonObject = { model: fieldText(config.model ?? null), messages: chatMessages(config.messages) };
  for (const [ours, theirs] of Object.entries(PARAMETERS)) {
    const value = config[ours as keyof typeof PARAMETERS];
    if (value !== undefined && value !== null) body[theirs] = value;
  }
  const format = responseFormat(config.structuredOutput);
  if (format !== null) body['response_format'] = format;
  const authorization = authorizationOf(config.apiKey);
  return {
    url: endpoint(config.baseUrl),
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(authorization === null ? {} : { authorization }),
    },
    body: JSON.stringify(body),
  };
}

function endpoint(baseUrl: unknown): string {
  const url = typeof baseUrl === 'string' ? URL.parse(baseUrl.trim()) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new EngineError('invalid_url', 'The base URL is not an absolute http or https URL.');
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
  return url.href;
}

function authorizationOf(apiKey: Json | undefined): string | null {
  const key = fieldText(apiKey ?? null).trim();
  if (key === '') return null;
  if (/^[\x21-\x7e]+$/.test(key)) return `Bearer ${key}`;
  throw new EngineError('invalid_header', 'The API key holds characters that no header may hold.');
}

function chatMessages(given: Json): JsonObject[] {
  const messages = Array.isArray(given) ? given : [];
  if (messages.length === 0) throw new EngineError('invalid_messages', 'Give at least one message.');
  return messages.map((message, index) => {
    if (isJsonObject(message) && typeof message['role'] === 'string') {
      return { ...message, role: message['role'], content: contentOf(message['content'] ?? null) };
    }
    throw new EngineError('invalid_messages', `messages[${index}] is not an object with a role and content.`);
  });
}

/** Text, or a list of parts such as `{type: 'text', text}`; any other value is written as JSON. */
function contentOf(content: Json): Json {
  const isParts =
    Array.isArray(content) && content.every((part) => isJsonObject(part) && typeof part['type'] === 'string');
  return isParts && content.length > 0 ? content : fieldText(content);
}

function responseFormat(wanted: StructuredOutput | undefined): JsonObject | null {
  if (wanted?.schema === undefined) return null;
  const { schema, name = 'answer', description, strict = false } = wanted;
  const about: JsonObject = description === undefined ? {} : { description };
  return { type: 'json_schema', json_schema: { name, ...about, schema, strict } };
}
