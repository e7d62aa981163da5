import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { isJsonObject, type JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { pointerTo } from '../expression/json-pointer.js';

const ajv = new Ajv({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  ownProperties: true,
  verbose: true,
  logger: false,
});
formats.default(ajv);

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/**
 * Checks a value against one of our own schemas, compiled once per schema object.
 *
 * @returns every fault; pointers start with `pointer`, messages say what to write instead.
 */
export function schemaFaults(schema: JsonObject, value: unknown, pointer: string): Fault[] {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  return errors.filter((error) => !isPartOfAlternative(error, errors)).map((error) => toFault(error, pointer));
}

/** The errors inside `anyOf` say what each alternative wants; together they confuse. The alternative's own error stays. */
function isPartOfAlternative(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  return errors.some(
    (other) =>
      other !== error &&
      (other.keyword === 'anyOf' || other.keyword === 'oneOf') &&
      error.schemaPath.startsWith(`${other.schemaPath}/`),
  );
}

function toFault(error: ErrorObject, base: string): Fault {
  const pointer = base + error.instancePath;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(params.additionalProperty);
      return { pointer: pointerTo(pointer, name), code: 'unknown_property', message: unknownMessage(name, error) };
    }
    case 'required':
      return {
        pointer: pointerTo(pointer, String(params.missingProperty)),
        code: 'missing',
        message: 'add this property',
      };
    case 'type':
      return { pointer, code: 'wrong_type', message: `write ${String(params.type).replaceAll(',', ' or ')}` };
    case 'uniqueItems':
      return { pointer, code: 'duplicate', message: 'write each entry once' };
    case 'maxItems':
    case 'maxLength':
    case 'maximum':
      return { pointer, code: 'limit', message: error.message ?? 'too much' };
    default:
      return { pointer, code: 'invalid', message: invalidMessage(error, params) };
  }
}

function unknownMessage(name: string, error: ErrorObject): string {
  const schema = error.parentSchema as { properties?: Record<string, unknown> } | undefined;
  const known = Object.keys(schema?.properties ?? {});
  return known.length === 0 ? `remove "${name}"` : `remove "${name}"; known here are ${known.join(', ')}`;
}

function invalidMessage(error: ErrorObject, params: Record<string, unknown>): string {
  if (error.keyword === 'enum' && Array.isArray(params.allowedValues)) {
    return `use one of ${params.allowedValues.map(String).join(', ')}`;
  }
  if (error.keyword === 'const') return `write ${JSON.stringify(params.allowedValue)}`;
  if (error.keyword === 'pattern') {
    return params.pattern === '\\S' ? 'write something besides blanks' : `match ${String(params.pattern)}`;
  }
  if (
    error.keyword === 'anyOf' &&
    isJsonObject(error.parentSchema) &&
    typeof error.parentSchema.description === 'string'
  ) {
    return error.parentSchema.description;
  }
  return error.message ?? 'is not allowed';
}
