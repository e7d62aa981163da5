import type { Json } from '#shared';
import { getPath } from './get-path.js';
import { pointerTo } from './json-pointer.js';
import { parseTemplate, type Template, type TemplatePart, type TemplateReference } from './parse-template.js';
import { valueText } from './value-text.js';

/** Template values by root name; wider than `Scope` so that parts of a scope can be rendered too. */
export type TemplateScope = object;

/**
 * Renders every template in a value: strings, arrays, objects and object keys, recursively.
 *
 * A string that is exactly one `{{path}}` keeps the value's type, anything around it makes text (see `valueText`).
 * `{{path:default}}` gives the default text when the value is undefined, not when it is null; `{{path | json}}` gives
 * JSON text; `{{'text'}}` gives the text, which is how braces are written literally. What came out of the scope is
 * never parsed again, so payloads cannot inject templates.
 *
 * @returns JSON: Dates as ISO text, undefined members left out of objects and null in arrays. `undefined` only when
 * the value as a whole is a template of a missing value.
 */
export function renderTemplate(value: Json, scope: TemplateScope): Json | undefined {
  return render(value, scope, plain) as Json | undefined;
}

/** As {@link renderTemplate}, but a whole-string template of a Date stays a Date: what calculations compare. */
export function resolveTemplate(value: Json, scope: TemplateScope): unknown {
  return render(value, scope, (found) => found);
}

/** Every path used in a value's templates as written, each once, keys included. */
export function templatePaths(value: unknown): string[] {
  const paths = new Set<string>();
  visitStrings(value, '', (text) => {
    for (const part of parseTemplate(text).parts) if (isPath(part)) paths.add(part.source);
  });
  return [...paths];
}

/** Every path used in a value's templates, with the JSON pointer of the string it is in. */
export function templateReferences(value: unknown): { path: string; pointer: string }[] {
  const references: { path: string; pointer: string }[] = [];
  visitStrings(value, '', (text, pointer) => {
    for (const part of parseTemplate(text).parts) if (isPath(part)) references.push({ path: part.source, pointer });
  });
  return references;
}

/** What stands between `{{` and `}}` without being a path, with the JSON pointer of the string it is in. */
export function templateFaults(value: unknown): { pointer: string; message: string }[] {
  const faults: { pointer: string; message: string }[] = [];
  visitStrings(value, '', (text, pointer) => {
    for (const message of parseTemplate(text).faults) faults.push({ pointer, message });
  });
  return faults;
}

function isPath(part: TemplatePart): part is Extract<TemplateReference, { kind: 'path' }> {
  return typeof part !== 'string' && part.kind === 'path';
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return valueText(value);
  return Array.isArray(value) && value.some((entry) => entry instanceof Date) ? value.map(plain) : value;
}

type Finish = (value: unknown) => unknown;

function render(value: Json, scope: TemplateScope, finish: Finish): unknown {
  if (typeof value === 'string') return renderString(value, scope, finish);
  if (Array.isArray(value)) return value.map((entry) => render(entry, scope, finish) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const rendered = render(value[key] ?? null, scope, finish);
    if (rendered !== undefined) setOwn(result, valueText(renderString(key, scope, finish)), rendered);
  }
  return result;
}

/** An assignment to `__proto__` would change the prototype instead of adding a member. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function renderString(text: string, scope: TemplateScope, finish: Finish): unknown {
  if (!text.includes('{{')) return text;
  const template: Template = parseTemplate(text);
  const only = template.parts.length === 1 ? template.parts[0] : undefined;
  if (only !== undefined && typeof only !== 'string') return finish(resolveReference(only, scope));
  let result = '';
  for (const part of template.parts) {
    result += typeof part === 'string' ? part : valueText(resolveReference(part, scope));
  }
  return result;
}

/** The value of one reference; its default when the path is missing, JSON text when it is filtered so. */
export function resolveReference(reference: TemplateReference, scope: TemplateScope): unknown {
  if (reference.kind === 'literal') return reference.text;
  const found = getPath(scope, reference.path);
  const value = found === undefined ? reference.fallback : found;
  return reference.json ? JSON.stringify(value ?? null) : value;
}

function visitStrings(value: unknown, pointer: string, visit: (text: string, pointer: string) => void): void {
  if (typeof value === 'string') {
    if (value.includes('{{')) visit(value, pointer);
  } else if (Array.isArray(value)) {
    value.forEach((entry, index) => visitStrings(entry, `${pointer}/${index}`, visit));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      const inner = pointerTo(pointer, key);
      if (key.includes('{{')) visit(key, inner);
      visitStrings(entry, inner, visit);
    }
  }
}
