import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonObject } from '#shared';

/** Annotations of OpenAPI, which people paste: words that check nothing and that ajv does not know. */
const ANNOTATIONS = ['example', 'externalDocs', 'xml'];
const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

/**
 * Compiles a JSON Schema that a document's author gave: draft 2020-12, or draft 7 when `$schema` says so. Unknown
 * keywords and formats are refused, because a typing error would otherwise check nothing; remote `$ref` are not fetched.
 *
 * @returns the check, or what is wrong with the schema.
 */
export function compileGivenSchema(schema: JsonObject): ValidateFunction | string {
  const draft = schema.$schema;
  const isDraft7 = typeof draft === 'string' && DRAFT_7.test(draft);
  if (draft !== undefined && !isDraft7 && draft !== DRAFT_2020) {
    return `"$schema" can be ${DRAFT_2020} or http://json-schema.org/draft-07/schema#`;
  }
  if (schema.$async !== undefined) return 'remove "$async"';
  const options = {
    allErrors: true,
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    ownProperties: true,
    logger: false as const,
  };
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv as Ajv);
  for (const word of ANNOTATIONS) ajv.addKeyword(word);
  try {
    return ajv.compile(schema);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
