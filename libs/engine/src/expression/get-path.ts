import { parsePath, type Path } from './parse-path.js';

/**
 * Looks a path up in a scope, own properties only: `__proto__`, `constructor` and the like are `undefined` unless the
 * data really has such a key, so no payload and no template reaches a prototype.
 *
 * - An array without an index gives the flattened column: `items.price` over `[{price: 1}, {price: 2}]` is `[1, 2]`,
 *   nested arrays flattened one level a step; elements without the property are left out, null stays.
 * - `length` of an array is its count, unless its elements have a property of that name.
 * - Names under `$context.headers` are found in any case.
 * - A function met on the way (`$system.now`) is called without arguments.
 * - `ctx.` before a root is accepted, as NocoBase 2 writes it.
 *
 * @returns `undefined` when there is no such value, or when the text is not a path.
 */
export function getPath(scope: object, path: string | Path): unknown {
  const segments = typeof path === 'string' ? parsePath(path) : path;
  if (segments === null) return undefined;
  const steps = segments[0] === 'ctx' && !Object.hasOwn(scope, 'ctx') ? segments.slice(1) : segments;
  const inHeaders = steps[0] === '$context' && steps[1] === 'headers';
  let value: unknown = scope;
  for (const [index, name] of steps.entries()) {
    value = called(step(value, inHeaders && index === 2 ? headerKey(value, name) : name));
    if (value === undefined) return undefined;
  }
  return value;
}

function called(value: unknown): unknown {
  return typeof value === 'function' ? (value as () => unknown)() : value;
}

/** HTTP field names are case-insensitive (RFC 9110 section 5.1) and stored in lower case. */
function headerKey(headers: unknown, name: string): string {
  return typeof headers === 'object' && headers !== null && Object.hasOwn(headers, name) ? name : name.toLowerCase();
}

function step(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return stepIntoArray(value, name);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function stepIntoArray(values: readonly unknown[], name: string): unknown {
  if (/^\d+$/.test(name)) return values[Number(name)];
  const column: unknown[] = [];
  let found = false;
  for (const element of values) {
    const cell = step(element, name);
    if (cell === undefined || (Array.isArray(element) && name === 'length')) continue;
    found = true;
    // Not push(...cell): spread arguments overflow the stack on a long array.
    if (Array.isArray(cell)) for (const part of cell) column.push(part);
    else column.push(cell);
  }
  return name === 'length' && !found ? values.length : column;
}
