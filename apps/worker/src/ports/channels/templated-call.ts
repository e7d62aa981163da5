import { encodeBody, fillText, getPath, renderTemplate, type RequestContentType } from '#engine';
import { isJsonObject, type Json } from '#shared';
import type { ChannelCall } from './channel.js';
import type { HttpMessage, Judge } from './http-delivery.js';

type Escape = Parameters<typeof fillText>[2];

const plain: Escape = (value) => value;
/** What the author configured is trusted in a URL; what a message says is one piece of it. */
const inUrl: Escape = (value, reference) =>
  reference.kind === 'path' && reference.path[0] === '$env' ? value : encodeURIComponent(value.toWellFormed());
/** For placeholders between quotes; `{{message.x | json}}` is JSON with its own quotes. */
const inJson: Escape = (value, reference) =>
  reference.kind === 'path' && reference.json ? value : JSON.stringify(value).slice(1, -1);
const inForm: Escape = (value) => encodeURIComponent(value.toWellFormed());
const XML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' };
const inXml: Escape = (value) => value.replace(/[<>&"']/g, (character) => XML[character]!);

/** How a value is written where the body is text of this type. Text of a multipart body is none: it needs an object. */
const ESCAPES: Readonly<Record<RequestContentType, Escape>> = {
  'application/json': inJson,
  'application/x-www-form-urlencoded': inForm,
  'multipart/form-data': plain,
  'application/xml': inXml,
  'text/plain': plain,
};

/**
 * The call of a channel whose config has templates, each value escaped for the place it stands in, so that a message
 * changes neither the shape of the body nor who is called. `whole` is the body where the config has none.
 */
export function templatedCall({ config, message, env }: ChannelCall, whole: Json): HttpMessage {
  const { raw, text, subject } = message;
  // A list of people is one text in a text, and the list itself where a template is all of a JSON string.
  const scope = { $env: env, message: raw, text, subject, to: message.to };
  const inText = { ...scope, to: message.to.join(',') };
  const method = String(config['method'] ?? 'POST');
  const headers = Object.fromEntries(
    headersOf(config['headers']).map(({ name, value }) => [name, fillText(value, inText, plain)]),
  );
  const url = fillText(String(config['url']), inText, inUrl);
  if (method === 'GET') return { url, method, headers, body: null };
  const contentType = (config['contentType'] ?? 'application/json') as RequestContentType;
  const { body: template = whole } = config;
  const encoded =
    typeof template === 'string'
      ? { contentType: typeOfText(contentType), body: fillText(template, inText, ESCAPES[contentType]) }
      : encodeBody(contentType, renderTemplate(template, scope) ?? null);
  return { url, method, headers: { ...headers, 'content-type': encoded.contentType }, body: encoded.body };
}

/** Holds the answer against what the config says success looks like. */
export function templatedJudge(success: Json | undefined): Judge {
  if (!isJsonObject(success)) return () => null;
  return (data) => {
    const found = getPath({ data }, `data.${String(success['path'])}`);
    if (found === success['value']) return null;
    const message = `The receiver's answer has ${JSON.stringify(found) ?? 'nothing'} at ${String(success['path'])}.`;
    return { message, isTemporary: false };
  };
}

function typeOfText(contentType: RequestContentType): string {
  return contentType === 'application/json' ? contentType : `${contentType}; charset=utf-8`;
}

function headersOf(given: Json | undefined): { name: string; value: string }[] {
  return (Array.isArray(given) ? given : []).flatMap((header) =>
    isJsonObject(header) ? [{ name: String(header['name']), value: String(header['value'] ?? '') }] : [],
  );
}
