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
  return meant(validate.errors ?? []).map((error) => toFault(error, pointer));
}

/**
 * Errors inside `anyOf` and `oneOf` say what each alternative wants; together they confuse. Where one alternative is
 * clearly the one that is meant, its errors stay, otherwise only the one that says that none fits.
 */
function meant(errors: readonly ErrorObject[]): ErrorObject[] {
  let left = [...errors];
  // Inner alternatives are reported before the outer ones that hold them.
  for (const whole of errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')) {
    if (!left.includes(whole)) continue;
    const inside = left.filter((error) => isWithin(error, whole));
    const chosen = chosenAlternative(inside, whole);
    left = left.filter((error) =>
      chosen === null ? !inside.includes(error) : error !== whole && !isOther(error, inside, chosen),
    );
  }
  return left;
}

function isWithin(error: ErrorObject, whole: ErrorObject): boolean {
  return (
    error !== whole &&
    error.instancePath.startsWith(whole.instancePath) &&
    error.schemaPath.startsWith(`${whole.schemaPath}/`)
  );
}

function isOther(error: ErrorObject, inside: readonly ErrorObject[], chosen: readonly ErrorObject[]): boolean {
  return inside.includes(error) && !chosen.includes(error);
}

/**
 * The errors of the only alternative whose type and whose telling constants fit. Of a number or a text nothing is
 * chosen: there the description of the whole says more.
 */
function chosenAlternative(inside: readonly ErrorObject[], whole: ErrorObject): ErrorObject[] | null {
  if (typeof whole.data !== 'object' || whole.data === null) return null;
  const alternatives = new Map<string, ErrorObject[]>();
  for (const error of inside) {
    const name = error.schemaPath.slice(whole.schemaPath.length + 1).split('/')[0] ?? '';
    alternatives.set(name, [...(alternatives.get(name) ?? []), error]);
  }
  const possible = [...alternatives.values()].filter((errors) => !errors.some((error) => excludes(error, whole)));
  return possible.length === 1 ? (possible[0] ?? null) : null;
}

function excludes({ keyword, instancePath }: ErrorObject, whole: ErrorObject): boolean {
  const path = instancePath.slice(whole.instancePath.length);
  if (path === '') return keyword === 'type' || keyword === 'const';
  return keyword === 'const' && path.lastIndexOf('/') === 0;
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
  return descriptionOf(error) ?? error.message ?? 'is not allowed';
}

/** What stands beside the alternatives, none of which fits. */
function descriptionOf({ keyword, parentSchema }: ErrorObject): string | null {
  if (keyword !== 'anyOf' && keyword !== 'oneOf') return null;
  const description = isJsonObject(parentSchema) ? parentSchema.description : undefined;
  return typeof description === 'string' ? description : null;
}
