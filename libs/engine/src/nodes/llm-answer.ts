import { isJsonObject, type Json, type JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { BodyValidator } from '../definition/compile-body-schema.js';

/** A chat completion as the node's result shows it. */
export type LlmAnswer = {
  id: string | null;
  content: string;
  /** What the model said besides: a refusal, its reasoning. */
  additionalKwargs?: JsonObject;
  /** `model`, `finishReason`, `usage` and the like. */
  responseMetadata: JsonObject;
  toolCalls: JsonObject[];
  /** Null unless a structure was asked for. */
  structuredContent: Json;
};

const SHOWN_FAULTS = 5;

/**
 * Reads a chat completion. Throws EngineError `llm_protocol` for what is none, `llm_refused` when the model declined, and
 * `llm_output_invalid` when `validate` is given and the content is no JSON that it accepts.
 */
export function readCompletion(body: Json, validate: BodyValidator | null): LlmAnswer {
  const { completion, message, finishReason } = choiceOf(body);
  const content = textOf(message['content'] ?? null);
  const extra = otherThings(message);
  const calls = message['tool_calls'];
  const toolCalls = Array.isArray(calls) ? calls.filter(isJsonObject).map(toolCall) : [];
  // A model that calls a tool has not answered yet: there is nothing to hold against the schema.
  const isAnswer = validate !== null && toolCalls.length === 0;
  return {
    id: typeof completion['id'] === 'string' ? completion['id'] : null,
    content,
    ...(Object.keys(extra).length === 0 ? {} : { additionalKwargs: extra }),
    responseMetadata: { ...metadataOf(completion), finishReason },
    toolCalls,
    structuredContent: isAnswer ? structured(content, { refusal: message['refusal'], finishReason }, validate) : null,
  };
}

function choiceOf(body: Json): { completion: JsonObject; message: JsonObject; finishReason: Json } {
  const completion = isJsonObject(body) ? body : {};
  const choice = Array.isArray(completion['choices']) ? completion['choices'][0] : undefined;
  if (isJsonObject(choice) && isJsonObject(choice['message'])) {
    return { completion, message: choice['message'], finishReason: choice['finish_reason'] ?? null };
  }
  throw new EngineError('llm_protocol', 'The answer is no chat completion: it has no choices[0].message.');
}

function otherThings(message: JsonObject): JsonObject {
  const known = ['role', 'content', 'tool_calls'];
  return Object.fromEntries(Object.entries(message).filter(([name, value]) => !known.includes(name) && value !== null));
}

function metadataOf(body: JsonObject): JsonObject {
  const { model = null, usage = null, created, system_fingerprint: systemFingerprint } = body;
  return {
    model,
    usage,
    ...(created === undefined ? {} : { created }),
    ...(systemFingerprint === undefined ? {} : { systemFingerprint }),
  };
}

function textOf(said: Json): string {
  if (typeof said === 'string') return said;
  if (!Array.isArray(said)) return '';
  return said.map((part) => (isJsonObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

/** Arguments that are no JSON stay text: the model wrote them, and models err. */
function toolCall(call: JsonObject): JsonObject {
  const asked = isJsonObject(call['function']) ? call['function'] : {};
  const args = asked['arguments'] ?? null;
  const parsed = typeof args === 'string' ? parseJson(args) : undefined;
  return { id: call['id'] ?? null, name: asked['name'] ?? null, args: parsed === undefined ? args : parsed };
}

function structured(
  content: string,
  { refusal, finishReason }: { refusal: Json | undefined; finishReason: Json },
  validate: BodyValidator,
): Json {
  if (typeof refusal === 'string' && refusal !== '') {
    throw new EngineError('llm_refused', `The model declined to answer: ${refusal}`);
  }
  const value = parseJson(withoutFence(content));
  if (value === undefined) {
    const why = finishReason === 'length' ? ' It was cut off; allow more with maxTokens.' : '';
    throw new EngineError('llm_output_invalid', `The answer is no JSON.${why}`, { content });
  }
  const faults = validate(value);
  if (faults.length === 0) return value;
  const shown = faults.slice(0, SHOWN_FAULTS).join('; ');
  throw new EngineError('llm_output_invalid', `The answer does not match the schema: ${shown}`, { content });
}

/** Models without a structured mode put their JSON into a Markdown code block. */
function withoutFence(content: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(content)?.[1] ?? content;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
