import { hash } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { findProvider } from '#signatures';
import { isWebhookWorkflow, type CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { StoredRequest, TriggerContext } from '../contract/request.js';
import { matchPath } from '../definition/compile-path.js';
import { getPath } from '../expression/get-path.js';
import { parseContentType } from './parse-body/content-type.js';
import { decodeText } from './parse-body/decode-text.js';
import { parseBody } from './parse-body/parse-body.js';
import { FORM_LIMITS, parseForm } from './parse-body/parse-form.js';
import type { ParseLimits } from './parse-body/parse-limits.js';
import { refuse, type ParseRefusal } from './parse-body/parse-refusal.js';

export type DerivedContext = { ok: true; context: TriggerContext } | ParseRefusal;

/**
 * `$context` of a request: a pure function of the stored request and the workflow, so that the gateway, the worker and a
 * replay see the same. `rawBody` and `rawSha256` are worked out when they are first read.
 */
export function deriveContext(request: StoredRequest, workflow: CompiledWorkflow, limits: ParseLimits): DerivedContext {
  const { body, contentType } = contentOf(request);
  const parsed = parseBody(body, contentType, limits, { formPayload: formPayloadOf(workflow) });
  if (!parsed.ok) return parsed;
  const mark = request.url.indexOf('?');
  const path = mark === -1 ? request.url : request.url.slice(0, mark);
  const query = mark === -1 ? {} : parseForm(request.url.slice(mark + 1));
  if (query === null) return refuse('body_too_complex', `the query has more than ${FORM_LIMITS}`);
  const { data, files } = parsed;
  return { ok: true, context: buildContext(request, workflow, { data, files, query, path }) };
}

/** The form field that the workflow's preset sends its event in; null for most. */
export function formPayloadOf(workflow: CompiledWorkflow): string | null {
  if (!isWebhookWorkflow(workflow)) return null;
  for (const entry of workflow.trigger.config.auth) {
    const field = entry.type === 'signature' ? (findProvider(entry.provider)?.formPayload ?? null) : null;
    if (field !== null) return field;
  }
  return null;
}

/** What is parsed of a request, and as what. */
export function contentOf({ body, content, headers }: StoredRequest): {
  body: Buffer;
  contentType: string | undefined;
} {
  return { body: content?.body ?? body, contentType: content?.contentType ?? headers['content-type'] };
}

interface Parts {
  data: Json;
  files: Json;
  query: Json;
  path: string;
}

function buildContext(
  request: StoredRequest,
  workflow: CompiledWorkflow,
  { data, files, query, path }: Parts,
): TriggerContext {
  const { headers, method, url, ip, deliveryId } = request;
  return withRawBody(readableBytes(request), headers['content-type'], {
    data,
    body: data,
    headers,
    query,
    params: pathParams(workflow, path),
    files,
    method,
    path,
    url,
    ip,
    receivedAt: request.receivedAt.toISOString(),
    requestId: request.id,
    deliveryId,
    vars: declaredVariables(workflow, { headers, query, data }),
  });
}

/** The body without its content encoding: `rawBody` is text that people compare, and a gzip's bytes are none. */
function readableBytes({ body, content, headers }: StoredRequest): Buffer {
  return content !== null && headers['content-encoding'] !== undefined ? content.body : body;
}

/**
 * Own, enumerable getters: templates and `JSON.stringify` see plain members, most workflows never pay for them. Written
 * as one literal, which is several times cheaper than members defined afterwards.
 */
function withRawBody(
  body: Buffer,
  contentType: string | undefined,
  parts: Omit<TriggerContext, 'rawBody' | 'rawSha256'>,
): TriggerContext {
  let text: string | undefined;
  let digest: string | undefined;
  return {
    data: parts.data,
    body: parts.body,
    headers: parts.headers,
    query: parts.query,
    params: parts.params,
    files: parts.files,
    method: parts.method,
    path: parts.path,
    url: parts.url,
    ip: parts.ip,
    receivedAt: parts.receivedAt,
    requestId: parts.requestId,
    deliveryId: parts.deliveryId,
    vars: parts.vars,
    get rawBody() {
      return (text ??= rawText(body, contentType));
    },
    get rawSha256() {
      return (digest ??= hash('sha256', body, 'hex'));
    },
  };
}

/** Bytes that are no text of the stated charset are replaced, and a mark at the front stays: nothing is hidden. */
function rawText(body: Buffer, contentType: string | undefined): string {
  const { charset } = parseContentType(contentType);
  const isOther = charset !== null && charset !== 'utf-8' && charset !== 'utf8';
  return (isOther ? decodeText(body, charset) : null) ?? body.toString('utf8');
}

function pathParams(workflow: CompiledWorkflow, path: string): Record<string, string> {
  const { key } = workflow.document;
  const pattern = isWebhookWorkflow(workflow) ? workflow.trigger.path : null;
  const params = pattern === null ? null : matchPath(pattern, path);
  return { ...(key === undefined ? {} : { key }), ...params };
}

/** `$context.vars`: what `trigger.parse` declares, under its alias, else under the path as written; absent stays absent. */
export function declaredVariables(
  workflow: CompiledWorkflow,
  { headers, query, data }: { headers: Record<string, string>; query: Json; data: Json },
): Record<string, Json> {
  if (!isWebhookWorkflow(workflow)) return {};
  const { parse } = workflow.trigger.config;
  const entries: [string, Json][] = [];
  const add = (name: string, value: unknown): void => {
    if (value !== undefined) entries.push([name, value as Json]);
  };
  for (const name of parse.headers) {
    const key = name.toLowerCase();
    add(name, Object.hasOwn(headers, key) ? headers[key] : undefined);
  }
  for (const { path, alias } of parse.query) add(alias ?? path, find(query, path));
  for (const { path, alias } of parse.body) add(alias ?? path, find(data, path));
  return Object.fromEntries(entries);
}

function find(root: Json, path: string): unknown {
  return typeof root === 'object' && root !== null ? getPath(root, path) : undefined;
}

/**
 * `$context` of a manual run from what an operator wrote: the parts given, empty ones for the rest, so that templates
 * find the same shape as after a request. `body` and `data` stand for one another.
 */
export function manualContext(input: Json): TriggerContext {
  const given: JsonObject = isJsonObject(input) ? input : {};
  const data = given.data ?? given.body ?? null;
  const text = (name: string, fallback = ''): string => (typeof given[name] === 'string' ? given[name] : fallback);
  const rawBody = text('rawBody', data === null ? '' : JSON.stringify(data));
  return withRawBody(Buffer.from(rawBody), undefined, {
    data,
    body: given.body ?? data,
    headers: lowerCaseNames(given.headers),
    query: given.query ?? {},
    params: textMembers(given.params),
    files: given.files ?? {},
    method: text('method', 'POST'),
    path: text('path'),
    url: text('url'),
    ip: text('ip'),
    receivedAt: text('receivedAt'),
    requestId: text('requestId'),
    deliveryId: text('deliveryId') === '' ? null : text('deliveryId'),
    vars: isJsonObject(given.vars) ? given.vars : {},
  });
}

function textMembers(value: Json | undefined): Record<string, string> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, typeof entry === 'string' ? entry : JSON.stringify(entry)]),
  );
}

function lowerCaseNames(value: Json | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(textMembers(value)).map(([name, entry]) => [name.toLowerCase(), entry]));
}
