import { isJsonObject, type Json, type JsonObject } from '#shared';
import { markdownTable } from './markdown.js';

/** JSON Schema's words in those of the documentation. */
const TYPES: Readonly<Record<string, string>> = { string: 'text', integer: 'whole number', array: 'list' };

interface Row {
  path: string;
  schema: JsonObject;
  isRequired: boolean;
}

/** Every property of a schema, those of inner objects and of entries of lists too, one a row. */
export function configTable(schema: JsonObject): string {
  const rows = distinct(rowsOf(schema, ''));
  if (rows.length === 0) return 'It takes no properties.';
  return markdownTable(['Property', 'Type', 'Default', 'Description'], rows.map(cells));
}

function cells({ path, schema, isRequired }: Row): string[] {
  const absent = isRequired ? 'required' : '';
  const value = schema.default === undefined ? absent : `\`${JSON.stringify(schema.default)}\``;
  return [`\`${path}\``, typeText(schema), value, describe(schema)];
}

function rowsOf(schema: JsonObject, path: string): Row[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
  return [
    ...properties.flatMap(([name, property]): Row[] => {
      if (!isJsonObject(property)) return [];
      const inner = path === '' ? name : `${path}.${name}`;
      return [{ path: inner, schema: property, isRequired: required.includes(name) }, ...rowsOf(property, inner)];
    }),
    ...alternatives(schema).flatMap((alternative) => alternativeRows(alternative, path)),
    ...(isJsonObject(schema.items) ? rowsOf(schema.items, `${path}[]`) : []),
  ];
}

/** Entries that differ by a property of one value have it in their place: `steps[function: add].arguments`. */
function alternativeRows(alternative: JsonObject, path: string): Row[] {
  const mark = isJsonObject(alternative.properties) ? markOf(alternative.properties) : null;
  if (mark === null || !path.endsWith('[]')) return rowsOf(alternative, path);
  const place = `${path.slice(0, -1)}${mark.name}: ${mark.value}]`;
  return rowsOf(alternative, place).filter((row) => row.path !== `${place}.${mark.name}`);
}

function markOf(properties: JsonObject): { name: string; value: string } | null {
  for (const [name, property] of Object.entries(properties)) {
    if (isJsonObject(property) && typeof property.const === 'string') return { name, value: property.const };
  }
  return null;
}

/** Two alternatives may share properties. */
function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function alternatives({ anyOf, oneOf }: JsonObject): JsonObject[] {
  return [...(Array.isArray(anyOf) ? anyOf : []), ...(Array.isArray(oneOf) ? oneOf : [])].filter(isJsonObject);
}

function typeText(schema: JsonObject): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const types = [schema.type ?? []].flat().map((type) => TYPES[String(type)] ?? String(type));
  const texts = types.length > 0 ? types.map((type) => (type === 'list' ? listText(schema) : type)) : [];
  const all = [...texts, ...alternatives(schema).map(typeText)];
  return all.length === 0 ? 'any' : [...new Set(all)].join(' or ');
}

function listText({ items }: JsonObject): string {
  if (!isJsonObject(items)) return 'list';
  const entry = typeText(items);
  return entry === 'any' ? 'list' : `list of ${entry}`;
}

function describe(schema: JsonObject): string {
  const sentence = typeof schema.description === 'string' ? schema.description : '';
  const limits = limitText(schema);
  const ended = sentence === '' || /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`;
  const capital = ended.charAt(0).toUpperCase() + ended.slice(1);
  return [capital, limits].filter((part) => part !== '').join(' ');
}

function limitText({ minimum, maximum, maxLength, maxItems }: JsonObject): string {
  const most = (limit: Json | undefined, what: string) =>
    limit === undefined ? [] : [`At most ${String(limit)}${what}.`];
  if (minimum !== undefined && maximum !== undefined) return `${String(minimum)} to ${String(maximum)}.`;
  return [
    ...(minimum === undefined ? [] : [`At least ${String(minimum)}.`]),
    ...most(maximum, ''),
    ...most(maxLength, ' characters'),
    ...most(maxItems, ' entries'),
  ].join(' ');
}
