import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonObject } from '#shared';
import { hasDuplicates } from './has-duplicates.js';
import { linearPattern } from './linear-pattern.js';

/** Annotations of OpenAPI, which people paste: words that check nothing and that ajv does not know. */
const ANNOTATIONS = ['example', 'externalDocs', 'xml'];
const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

/** Of data with more members only the first error is looked for: millions of them would fill the memory. */
const MOST_MEMBERS = 10_000;

/** Every error of some data, none when it fits. */
export type GivenSchema = (data: unknown) => ErrorObject[];

/**
 * Compiles a JSON Schema that a document's author gave: draft 2020-12, or draft 7 when `$schema` says so. Unknown
 * keywords and formats are refused, because a typing error would otherwise check nothing; remote `$ref` are not fetched.
 * The data comes from strangers: patterns and `uniqueItems` take linear time.
 *
 * @returns the check, or what is wrong with the schema.
 */
export function compileGivenSchema(schema: JsonObject): GivenSchema | string {
  const draft = schema.$schema;
  const isDraft7 = typeof draft === 'string' && DRAFT_7.test(draft);
  if (draft !== undefined && !isDraft7 && draft !== DRAFT_2020) {
    return `"$schema" can be ${DRAFT_2020} or http://json-schema.org/draft-07/schema#`;
  }
  if (schema.$async !== undefined) return 'remove "$async"';
  try {
    const first = compile(schema, isDraft7, false);
    const all = compile(schema, isDraft7, true);
    return (data) => {
      if (first(data)) return [];
      const check = hasMoreMembers(data, MOST_MEMBERS) ? first : all;
      check(data);
      return check.errors ?? [];
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compile(schema: JsonObject, isDraft7: boolean, allErrors: boolean): ValidateFunction {
  const options = {
    allErrors,
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    ownProperties: true,
    logger: false as const,
    code: { regExp: linearPattern },
  };
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv as Ajv);
  for (const word of ANNOTATIONS) ajv.addKeyword(word);
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isUnique: boolean, items: unknown[]) => !isUnique || !hasDuplicates(items),
    error: { message: 'must NOT have duplicate items' },
  });
  return ajv.compile(schema);
}

function hasMoreMembers(data: unknown, most: number): boolean {
  const open: unknown[] = [data];
  let count = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.values(value);
    count += members.length;
    if (count > most) return true;
    open.push(...members);
  }
  return false;
}
