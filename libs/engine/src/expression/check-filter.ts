import { isJsonObject, type Json } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { COMPARING_OPERATORS, isJoining, JOINING_OPERATORS, type OperandKind } from './filter-operators.js';
import { pointerTo } from './json-pointer.js';
import { parseTemplate } from './parse-template.js';
import { templateFaults } from './template.js';

/** Field names of collections; one that no collection has is found out when the node runs. */
const FIELD_NAME = /^[a-z][A-Za-z0-9_]{0,62}$/;

/**
 * Every fault of a filter as it stands in a document, see contract.md 7 and `RecordFilter`. Only the values may be
 * templates: operators and field names are what the author wrote, so that a payload cannot add any.
 *
 * @param pointer of the filter; each fault's pointer starts with it.
 */
export function checkFilter(filter: Json, pointer: string): Fault[] {
  if (!isJsonObject(filter)) {
    return [
      { pointer, code: 'wrong_type', message: 'write an object of conditions such as {"email": {"$eq": "a@b.c"}}' },
    ];
  }
  return Object.entries(filter).flatMap(([name, value]) => checkMember(name, value, pointerTo(pointer, name)));
}

function checkMember(name: string, value: Json, pointer: string): Fault[] {
  if (name === '$not') return checkFilter(value, pointer);
  if (isJoining(name)) return checkList(value, pointer);
  if (name.startsWith('$')) return [{ pointer, code: 'invalid', message: strayOperator(name) }];
  if (!FIELD_NAME.test(name)) {
    const message = name.includes('{{')
      ? 'write the name of the field itself: only values may be templates'
      : 'a field is named with letters, digits and _, starting with a small letter';
    return [{ pointer, code: 'invalid', message }];
  }
  return checkComparisons(value, pointer);
}

function strayOperator(name: string): string {
  if (COMPARING_OPERATORS.has(name)) return `write ${name} below the name of a field: {"field": {"${name}": value}}`;
  return `use one of ${JOINING_OPERATORS.join(', ')}, or the name of a field`;
}

function checkList(value: Json, pointer: string): Fault[] {
  if (!Array.isArray(value)) return [{ pointer, code: 'wrong_type', message: 'write a list of filters' }];
  // To some an empty list means all records, to others none.
  if (value.length === 0) return [{ pointer, code: 'invalid', message: 'write at least one filter, or remove it' }];
  return value.flatMap((entry, index) => checkFilter(entry, pointerTo(pointer, index)));
}

/** `{field: value}` is short for `{field: {$eq: value}}`, unless the value is an object: that one names operators. */
function checkComparisons(value: Json, pointer: string): Fault[] {
  if (!isJsonObject(value)) return operandFaults(value, pointer);
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ pointer, code: 'invalid', message: 'write an operator, such as {"$eq": 1}' }];
  return entries.flatMap(([operator, operand]) => checkComparison(operator, operand, pointerTo(pointer, operator)));
}

function checkComparison(operator: string, operand: Json, pointer: string): Fault[] {
  const kind = COMPARING_OPERATORS.get(operator);
  if (kind === undefined) {
    const message = `use one of ${[...COMPARING_OPERATORS.keys()].join(', ')}`;
    return [{ pointer, code: 'invalid', message }];
  }
  const faults = operandFaults(operand, pointer);
  const shape = isSoleTemplate(operand) ? null : shapeFault(kind, operand);
  return shape === null ? faults : [...faults, { pointer, code: 'wrong_type', message: shape }];
}

function operandFaults(operand: Json, pointer: string): Fault[] {
  return templateFaults(operand).map((fault) => ({
    pointer: pointer + fault.pointer,
    code: 'syntax',
    message: fault.message,
  }));
}

function shapeFault(kind: OperandKind, operand: Json): string | null {
  switch (kind) {
    case 'value':
      return null;
    case 'list':
      return Array.isArray(operand) ? null : 'write a list of values, or one template that gives a list';
    case 'flag':
      return typeof operand === 'boolean' ? null : 'write true or false';
    default:
      return kind satisfies never;
  }
}

/** A string that is one template as a whole: its value may have any type. */
function isSoleTemplate(value: Json): boolean {
  if (typeof value !== 'string' || !value.includes('{{')) return false;
  const { parts } = parseTemplate(value);
  return parts.length === 1 && typeof parts[0] !== 'string';
}
