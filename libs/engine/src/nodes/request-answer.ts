import type { Json } from '#shared';
import type { HttpResult } from '../contract/ports.js';

type Answer = Extract<HttpResult, { ok: true }>;

const JSON_TYPE = /^application\/(?:json|[\w.+-]+\+json)$/;
const TEXT_TYPE = /^(?:text\/.*|application\/(?:xml|[\w.+-]+\+xml|x-www-form-urlencoded|javascript|yaml|graphql))$/;

/**
 * The body of an answer as JSON value: JSON types parsed (text when it is malformed), text types as text in their
 * charset, anything else as base64. No content type is tried as JSON, then as UTF-8. An empty body is null.
 */
export function answerData(answer: Answer): Json {
  if (answer.body.length === 0) return null;
  const [type = '', ...parameters] = (answer.headers['content-type'] ?? '').toLowerCase().split(';');
  const mediaType = type.trim();
  if (mediaType === '' || JSON_TYPE.test(mediaType)) return parsed(answer.body, mediaType === '');
  return TEXT_TYPE.test(mediaType) ? decode(answer.body, charsetOf(parameters)) : answer.body.toString('base64');
}

function parsed(body: Buffer, untyped: boolean): Json {
  const text = decode(body, 'utf-8');
  try {
    return JSON.parse(text) as Json;
  } catch {
    return untyped && text.includes('\ufffd') ? body.toString('base64') : text;
  }
}

function charsetOf(parameters: readonly string[]): string {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim() === 'charset') return value.trim().replace(/^"(.*)"$/, '$1');
  }
  return 'utf-8';
}

function decode(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    // A charset nobody knows: better readable in part than an error after the effect.
    return new TextDecoder().decode(body);
  }
}
