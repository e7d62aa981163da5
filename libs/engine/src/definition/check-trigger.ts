import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { checkExpression } from '../expression/check-expression.js';
import { isEngine } from '../expression/evaluate.js';
import { checkReply } from '../expression/check-reply.js';
import { headerNameFault, isHeaderName } from '../expression/header-rules.js';
import { parsePath } from '../expression/parse-path.js';
import { templateFaults, templatePaths } from '../expression/template.js';
import { checkAuthEntry } from './check-auth.js';
import { compileBodySchema } from './compile-body-schema.js';
import { compilePath } from './compile-path.js';
import { parseDuration } from './parse-duration.js';
import { parseSize } from './parse-size.js';
import { schemaFaults } from './schema-faults.js';
import { BODY_LIMIT_MAX, WEBHOOK_TRIGGER_SCHEMA } from './workflow-document.js';

const LONGEST_WAIT_MS = 120_000;
const LONGEST_WINDOW_MS = 365 * 86_400_000;
const SHORTEST_RATE_MS = 1_000;
const LONGEST_RATE_MS = 3_600_000;
const BEFORE_NODES = new Set(['$context', '$system', '$env', '$execution']);

/** Every fault of a webhook trigger, pointers from the document's root. */
export function checkTrigger(trigger: JsonObject): Fault[] {
  return [
    ...schemaFaults(WEBHOOK_TRIGGER_SCHEMA, trigger, '/trigger'),
    ...(Array.isArray(trigger.auth) ? trigger.auth : []).flatMap((entry, i) =>
      checkAuthEntry(entry, `/trigger/auth/${i}`),
    ),
    ...checkPath(trigger.path),
    ...checkQuantities(trigger),
    ...checkParse(trigger.parse),
    ...checkSchema(trigger.validate),
    ...checkFilter(trigger.filter),
    ...checkDedup(trigger.dedup),
    ...checkResponse(trigger),
    ...checkCors(trigger.cors),
  ];
}

function checkPath(path: Json | undefined): Fault[] {
  const compiled = typeof path === 'string' ? compilePath(path) : null;
  return typeof compiled === 'string' ? [{ pointer: '/trigger/path', code: 'syntax', message: compiled }] : [];
}

function checkQuantities({ bodyLimit, timeout, dedup, rateLimit }: JsonObject): Fault[] {
  const window = isJsonObject(dedup) ? dedup.window : undefined;
  return [
    ...checkSize(bodyLimit),
    ...checkDuration(timeout, '/trigger/timeout', LONGEST_WAIT_MS, '120s'),
    ...checkDuration(window, '/trigger/dedup/window', LONGEST_WINDOW_MS, '365d'),
    ...checkPer(isJsonObject(rateLimit) ? rateLimit.per : undefined),
  ];
}

function checkSize(bodyLimit: Json | undefined): Fault[] {
  if (typeof bodyLimit !== 'string' && typeof bodyLimit !== 'number') return [];
  const pointer = '/trigger/bodyLimit';
  const bytes = parseSize(bodyLimit);
  if (bytes === null) return [{ pointer, code: 'invalid', message: 'write bytes, or a size such as 64kb or 10mb' }];
  return bytes > BODY_LIMIT_MAX ? [{ pointer, code: 'limit', message: 'write at most 25mb' }] : [];
}

function checkDuration(value: Json | undefined, pointer: string, most: number, mostText: string): Fault[] {
  if (typeof value !== 'string') return [];
  const duration = parseDuration(value);
  if (duration === null)
    return [{ pointer, code: 'invalid', message: 'write a duration such as 500ms, 10s, 5m or 72h' }];
  return duration > most ? [{ pointer, code: 'limit', message: `write at most ${mostText}` }] : [];
}

function checkPer(per: Json | undefined): Fault[] {
  const pointer = '/trigger/rateLimit/per';
  const faults = checkDuration(per, pointer, LONGEST_RATE_MS, '1h');
  const duration = parseDuration(per);
  const isShort = duration !== null && duration < SHORTEST_RATE_MS;
  return isShort ? [{ pointer, code: 'limit', message: 'write at least 1s' }] : faults;
}

function checkParse(parse: Json | undefined): Fault[] {
  if (!isJsonObject(parse)) return [];
  const faults: Fault[] = [];
  for (const [index, name] of (Array.isArray(parse.headers) ? parse.headers : []).entries()) {
    if (typeof name === 'string' && !isHeaderName(name)) {
      const message = headerNameFault(name) ?? 'write a header name';
      faults.push({ pointer: `/trigger/parse/headers/${index}`, code: 'invalid', message });
    }
  }
  const names = new Set<string>();
  return [...faults, ...checkMappings(parse.query, 'query', names), ...checkMappings(parse.body, 'body', names)];
}

/** @param names under which variables are known already; the ones found are added */
function checkMappings(mappings: Json | undefined, list: string, names: Set<string>): Fault[] {
  if (!Array.isArray(mappings)) return [];
  return mappings.flatMap((mapping, index): Fault[] => {
    if (!isJsonObject(mapping) || typeof mapping.path !== 'string') return [];
    const pointer = `/trigger/parse/${list}/${index}`;
    if (parsePath(mapping.path) === null) {
      return [{ pointer: `${pointer}/path`, code: 'syntax', message: 'write a path such as a.b or query[0].a' }];
    }
    if (typeof mapping.alias !== 'string') return [];
    const message = `another variable has the alias "${mapping.alias}" already; choose another one`;
    if (names.has(mapping.alias)) return [{ pointer: `${pointer}/alias`, code: 'duplicate', message }];
    names.add(mapping.alias);
    return [];
  });
}

function checkSchema(schema: Json | undefined): Fault[] {
  if (!isJsonObject(schema)) return [];
  const compiled = compileBodySchema(schema);
  return typeof compiled === 'string' ? [{ pointer: '/trigger/validate', code: 'invalid', message: compiled }] : [];
}

function checkFilter(filter: Json | undefined): Fault[] {
  if (!isJsonObject(filter)) return [];
  const { engine = 'basic', calculation, expression } = filter;
  if (!isEngine(engine)) return [];
  const needed = engine === 'basic' ? 'calculation' : 'expression';
  if (filter[needed] === undefined) {
    return [{ pointer: `/trigger/filter/${needed}`, code: 'missing', message: `the engine "${engine}" needs it` }];
  }
  const input = { engine, ...(calculation === undefined ? {} : { calculation }) };
  const faults = checkExpression(typeof expression === 'string' ? { ...input, expression } : input);
  return faults.map((fault) => ({ ...fault, pointer: `/trigger/filter${fault.pointer}` }));
}

function checkDedup(dedup: Json | undefined): Fault[] {
  if (!isJsonObject(dedup) || typeof dedup.key !== 'string') return [];
  const pointer = '/trigger/dedup/key';
  const syntax = templateFaults(dedup.key).map(({ message }): Fault => ({ pointer, code: 'syntax', message }));
  if (syntax.length > 0) return syntax;
  const paths = templatePaths(dedup.key);
  const late = paths.filter((path) => !BEFORE_NODES.has(rootOf(path)));
  if (late.length > 0) return late.map((path) => ({ pointer, code: 'invalid', message: notKnownYet(path, 'the key') }));
  if (paths.length > 0) return [];
  const message =
    'write a template, as in {{$context.headers.x-github-delivery}}: a fixed text makes all events the same';
  return [{ pointer, code: 'invalid', message }];
}

function checkResponse({ response, mode }: JsonObject): Fault[] {
  if (!isJsonObject(response)) return [];
  const pointer = '/trigger/response';
  const faults = checkReply(response).map((fault) => ({ ...fault, pointer: pointer + fault.pointer }));
  if (mode === 'sync') return faults;
  const late = templatePaths(response).filter((path) => !BEFORE_NODES.has(rootOf(path)));
  for (const path of late) {
    faults.push({ pointer, code: 'invalid', message: notKnownYet(path, 'an async answer') });
  }
  return faults;
}

function notKnownYet(path: string, who: string): string {
  return `{{${path}}} is not known yet: ${who} sees ${[...BEFORE_NODES].join(', ')}`;
}

function rootOf(path: string): string {
  const segments = parsePath(path) ?? [];
  return (segments[0] === 'ctx' ? segments[1] : segments[0]) ?? '';
}

/** An origin as browsers send it (RFC 6454 section 6.1), or `*`. */
function checkCors(cors: Json | undefined): Fault[] {
  if (!isJsonObject(cors) || !Array.isArray(cors.origins)) return [];
  return cors.origins.flatMap((origin, index): Fault[] => {
    if (typeof origin !== 'string' || origin === '*' || /^https?:\/\/[a-z0-9.[\]:-]+$/i.test(origin)) return [];
    const message = 'write an origin such as https://example.com, or *';
    return [{ pointer: `/trigger/cors/origins/${index}`, code: 'invalid', message }];
  });
}
