import type { ErrorObject } from 'ajv';
import type { JsonObject } from '#shared';
import { compileGivenSchema } from './compile-given-schema.js';

const MOST_FAULTS = 100;

export type BodyValidator = (data: unknown) => string[];

/**
 * Compiles the JSON Schema of a body, see {@link compileGivenSchema}.
 *
 * @returns a function that lists every fault of a body as `pointer: message` (at most 100), or what is wrong.
 */
export function compileBodySchema(schema: JsonObject): BodyValidator | string {
  const compiled = compileGivenSchema(schema);
  return typeof compiled === 'string' ? compiled : (data) => compiled(data).slice(0, MOST_FAULTS).map(describe);
}

function describe({ instancePath, message, keyword }: ErrorObject): string {
  return `${instancePath}: ${message ?? keyword}`;
}
