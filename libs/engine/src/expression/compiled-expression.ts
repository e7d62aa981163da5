import type { Json } from '#shared';
import type { BoundExpression } from './bind-expression.js';
import { resolveReference, type TemplateScope } from './template.js';

/** An expression of `math.js` or `formula.js`, parsed and checked once, evaluated often. */
export interface CompiledExpression {
  readonly bound: BoundExpression;
  /**
   * Over scalars (numbers, booleans, null, texts of at most {@link SCALAR_TEXT} characters) it can neither loop nor
   * grow: evaluating it then takes some microseconds.
   */
  readonly isScalar: boolean;
  /** @param values by bound name, JSON. @throws EngineError `expression_limit` or `expression_failed`. */
  evaluate(values: ReadonlyMap<string, Json>): Json;
}

/** Characters of a text that still is a scalar. */
export const SCALAR_TEXT = 10_000;
/** Nodes of the tree of an expression that counts as scalar. */
export const SCALAR_NODES = 100;

/** What the names of an expression stand for in a scope: JSON (Dates as ISO text), null where there is nothing. */
export function bindValues(bound: BoundExpression, scope: TemplateScope): Map<string, Json> {
  const values = new Map<string, Json>();
  for (const [name, reference] of bound.bindings) values.set(name, jsonOf(resolveReference(reference, scope)));
  return values;
}

function jsonOf(value: unknown): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.some((entry) => entry instanceof Date) ? value.map(jsonOf) : (value as Json);
  return typeof value === 'function' ? null : ((value ?? null) as Json);
}

/** Whether no value is a list, an object or a long text. */
export function areScalars(values: ReadonlyMap<string, Json>): boolean {
  for (const value of values.values()) {
    if (typeof value === 'string' ? value.length > SCALAR_TEXT : typeof value === 'object' && value !== null)
      return false;
  }
  return true;
}

/** A library's message with the author's templates in place of the generated names. */
export function messageOf(error: unknown, bound: BoundExpression): string {
  let message = error instanceof Error ? error.message : String(error);
  for (const [name, reference] of bound.bindings) {
    message = message.replaceAll(name, () => (reference.kind === 'path' ? `{{${reference.source}}}` : reference.text));
  }
  return message;
}
