import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '#shared';
import { without } from './without.js';

/** JSON with sorted keys and no white space: equal values give equal text (RFC 8785 but for exotic numbers). */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${pairs.join(',')}}`;
}

/** Identity of a document's content, hex sha-256: also its ETag. The switch `enabled` is no part of it. */
export function contentHash(document: JsonObject): string {
  const content = canonicalJson(without(document, 'enabled') as JsonObject);
  return createHash('sha256').update(content).digest('hex');
}
