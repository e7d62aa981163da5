import { isJsonObject, type Json, type JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { RecordFilter } from '../contract/write.js';
import { COMPARING_OPERATORS, isJoining } from './filter-operators.js';
import { pointerTo } from './json-pointer.js';
import { renderTemplate, type TemplateScope } from './template.js';

/**
 * The filter of a document, without faults (see `checkFilter`), with its values rendered. Each value comes out as
 * `{$value: ...}`, which storage reads as that very value, whatever it holds: an object out of a payload is never taken
 * for operators.
 *
 * @throws EngineError `filter_value` when the template of a value finds nothing, or gives no list where one is needed:
 * leaving the condition out would match, and perhaps destroy, records that nobody meant.
 */
export function renderFilter(filter: JsonObject, scope: TemplateScope): RecordFilter {
  return renderJoined(filter, scope, '');
}

function renderJoined(filter: JsonObject, scope: TemplateScope, pointer: string): RecordFilter {
  const rendered = Object.entries(filter).map(([name, value]): [string, Json] => {
    const inner = pointerTo(pointer, name);
    if (!isJoining(name)) return [name, renderComparisons(value, scope, inner)];
    if (!Array.isArray(value)) return [name, renderJoined(value as JsonObject, scope, inner)];
    return [name, value.map((entry, index) => renderJoined(entry as JsonObject, scope, pointerTo(inner, index)))];
  });
  return Object.fromEntries(rendered);
}

function renderComparisons(comparisons: Json, scope: TemplateScope, pointer: string): JsonObject {
  if (!isJsonObject(comparisons)) return { $eq: { $value: renderValue(comparisons, scope, pointer) } };
  return Object.fromEntries(
    Object.entries(comparisons).map(([operator, operand]) => {
      const inner = pointerTo(pointer, operator);
      const isList = COMPARING_OPERATORS.get(operator) === 'list';
      const value = isList ? renderList(operand, scope, inner) : renderValue(operand, scope, inner);
      return [operator, { $value: value }];
    }),
  );
}

function renderList(operand: Json, scope: TemplateScope, pointer: string): Json {
  if (Array.isArray(operand)) {
    return operand.map((entry, index) => renderValue(entry, scope, pointerTo(pointer, index)));
  }
  const value = renderValue(operand, scope, pointer);
  if (Array.isArray(value)) return value;
  const given = value === null ? 'null' : isJsonObject(value) ? 'an object' : `a ${typeof value}`;
  throw new EngineError('filter_value', `The filter needs a list at "${pointer}", and its template gives ${given}.`);
}

function renderValue(operand: Json, scope: TemplateScope, pointer: string): Json {
  const value = renderTemplate(operand, scope);
  if (value !== undefined) return value;
  const message = `The template at "${pointer}" of the filter finds nothing; give it a default, or check the value before.`;
  throw new EngineError('filter_value', message);
}
