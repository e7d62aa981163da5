import { isJsonObject, type Json, type JsonObject } from '#shared';

/** Keywords whose value is one schema, and those whose value is a list of them. */
const ONE = ['items', 'not', 'if', 'then', 'else', 'contains', 'additionalProperties'] as const;
const MANY = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;

/**
 * What a stranger misses in a schema of ours, each with its place: properties that neither a description nor an `enum` or
 * `const` explains, and objects that do not say whether they take other properties (`additionalProperties`).
 */
export function schemaGaps(schema: Json, place = 'config'): string[] {
  if (!isJsonObject(schema)) return [];
  return [
    ...(leavesOpen(schema) ? [`${place}: say with additionalProperties whether it takes others`] : []),
    ...propertiesOf(schema).flatMap(([name, property]) => [
      ...(isExplained(property) ? [] : [`${place}.${name}: add a description`]),
      ...schemaGaps(property, `${place}.${name}`),
    ]),
    ...innerSchemas(schema).flatMap((inner) => schemaGaps(inner, `${place}[]`)),
  ];
}

function leavesOpen({ properties, additionalProperties }: JsonObject): boolean {
  return properties !== undefined && additionalProperties === undefined;
}

function propertiesOf({ properties }: JsonObject): [string, Json][] {
  return isJsonObject(properties) ? Object.entries(properties) : [];
}

/** `false` is a property that this release refuses. */
function isExplained(property: Json): boolean {
  if (!isJsonObject(property)) return property === false;
  return isText(property.description) || property.enum !== undefined || property.const !== undefined;
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function innerSchemas(schema: JsonObject): Json[] {
  const lists = MANY.flatMap((keyword) => (Array.isArray(schema[keyword]) ? schema[keyword] : []));
  return [...ONE.map((keyword) => schema[keyword] ?? null), ...lists];
}
