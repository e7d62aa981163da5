import { parseDocument } from 'yaml';
import type { Fault } from '#engine';
import type { Json } from '#shared';
import { isDeeperThan } from '../http/body-parsers.js';
import { YamlText } from '../http/yaml-text.js';

const MAX_ALIASES = 100;
const MAX_DEPTH = 200;

/** What the parser says to programmers who use it, or of itself. */
const SAID_BETTER: ReadonlyMap<string, string> = new Map([
  ['MULTIPLE_DOCS', 'Send one YAML document: remove what follows the second "---".'],
  ['RESOURCE_EXHAUSTION', `The document nests deeper than ${MAX_DEPTH} levels.`],
]);

export type ReadDocument = { ok: true; document: Json } | { ok: false; faults: Fault[] };

/** A workflow document from a request body: JSON as it was parsed, YAML 1.2 with its aliases limited. Never throws. */
export function readDocument(body: unknown): ReadDocument {
  if (body === undefined) return syntax('The body is empty: send a workflow document as JSON or YAML.');
  return body instanceof YamlText ? readYaml(body.text) : { ok: true, document: body as Json };
}

function readYaml(text: string): ReadDocument {
  try {
    const parsed = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true });
    // The first only: what follows a syntax error is mostly its echo.
    const [error] = parsed.errors;
    if (error) return syntax(SAID_BETTER.get(error.code) ?? error.message);
    const value: unknown = parsed.toJS({ maxAliasCount: MAX_ALIASES });
    if (isDeeperThan(value, MAX_DEPTH)) return syntax(`The document nests deeper than ${MAX_DEPTH} levels.`);
    // What YAML has and JSON has not (NaN, infinities) becomes null, as it would be in storage.
    return { ok: true, document: JSON.parse(JSON.stringify(value ?? null)) as Json };
  } catch (error) {
    return syntax(`The YAML cannot be read: ${(error as Error).message}`);
  }
}

function syntax(message: string): ReadDocument {
  return { ok: false, faults: [{ pointer: '', code: 'syntax', message }] };
}
