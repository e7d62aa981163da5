import { EngineError } from '#engine';
import type { Json } from '#shared';
import type { BoundValues } from './bound-values.js';
import { coerceValue } from './coerce-value.js';
import type { TableField } from './collection-table.js';
import { FIELD_TYPES } from './field-types.js';

/** The field that a condition is about. */
export interface ConditionTarget {
  field: TableField;
  /** Qualified and quoted. */
  column: string;
  values: BoundValues;
}

type Compile = (target: ConditionTarget, operand: Json, operator: string) => string;

/** Values of one `$in`. */
const LIST_LENGTH = 10_000;

/**
 * Every operator. A record without a value is not equal to, not in and does not include anything: `$ne`, `$notIn` and
 * `$notIncludes` hold for it. Text is searched whatever its case.
 */
const OPERATORS: Readonly<Record<string, Compile>> = {
  $eq: (target, operand) => equal(target, operand),
  $ne: (target, operand) => `(${equal(target, operand)}) is not true`,
  $gt: (target, operand, operator) => compare(target, operand, operator, '>'),
  $gte: (target, operand, operator) => compare(target, operand, operator, '>='),
  $lt: (target, operand, operator) => compare(target, operand, operator, '<'),
  $lte: (target, operand, operator) => compare(target, operand, operator, '<='),
  $in: (target, operand) => among(target, operand),
  $notIn: (target, operand) => `(${among(target, operand)}) is not true`,
  $includes: (target, operand, operator) => includes(target, operand, operator),
  $notIncludes: (target, operand, operator) => `(${includes(target, operand, operator)}) is not true`,
  $startsWith: (target, operand, operator) => like(target, operand, operator, (text) => `${text}%`),
  $endsWith: (target, operand, operator) => like(target, operand, operator, (text) => `%${text}`),
  $null: (target, operand, operator) => isNull(target, toSwitch(operand, operator)),
  $notNull: (target, operand, operator) => isNull(target, !toSwitch(operand, operator)),
};

/** SQL of one condition. Throws `invalid_filter` or `invalid_value`. */
export function compileCondition(target: ConditionTarget, operator: string, operand: Json): string {
  if (Object.hasOwn(OPERATORS, operator)) return OPERATORS[operator]!(target, operand, operator);
  const known = Object.keys(OPERATORS).join(', ');
  throw new EngineError(
    'invalid_filter',
    `The condition of "${target.field.name}" has an operator that does not exist; there are ${known}.`,
  );
}

function equal(target: ConditionTarget, operand: Json): string {
  if (operand === null) return `${target.column} is null`;
  return `${target.column} = ${bind(target, operand)}`;
}

function compare(target: ConditionTarget, operand: Json, operator: string, sign: string): string {
  if (!FIELD_TYPES[target.field.type].isOrdered) throw notFor(target, operator);
  // Nothing is greater or smaller than null; in SQL the comparison would be null as well.
  return operand === null ? 'false' : `${target.column} ${sign} ${bind(target, operand)}`;
}

function among(target: ConditionTarget, operand: Json): string {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length > LIST_LENGTH) {
    throw new EngineError('invalid_filter', `A list for "${target.field.name}" has more than ${LIST_LENGTH} values.`);
  }
  const present = list.filter((item) => item !== null).map((item) => coerceValue(target.field, item));
  const cast = `${FIELD_TYPES[target.field.type].cast}[]`;
  const any = `${target.column} = any(${target.values.add(present, cast)})`;
  return present.length < list.length ? `(${any} or ${target.column} is null)` : any;
}

function includes(target: ConditionTarget, operand: Json, operator: string): string {
  if (target.field.type !== 'json') return like(target, operand, operator, (text) => `%${text}%`);
  // A list that has the value, or a value equal to one of the list.
  return `${target.column} @> ${target.values.add(coerceValue(target.field, [operand]), 'jsonb')}`;
}

function like(target: ConditionTarget, operand: Json, operator: string, pattern: (text: string) => string): string {
  if (!FIELD_TYPES[target.field.type].isText) throw notFor(target, operator);
  const list = Array.isArray(operand) ? operand : [operand];
  const field = { name: target.field.name, type: 'text' as const };
  const patterns = list
    .map((item) => coerceValue(field, item))
    .flatMap((text) => (text === null ? [] : [pattern(text.replace(/[\\%_]/g, '\\$&'))]));
  return `${target.column} ilike any(${target.values.add(patterns, 'text[]')})`;
}

function isNull(target: ConditionTarget, wanted: boolean): string {
  return `${target.column} is ${wanted ? '' : 'not '}null`;
}

/** A query string has words only. */
function toSwitch(operand: Json, operator: string): boolean {
  if (operand === true || operand === 'true') return true;
  if (operand === false || operand === 'false') return false;
  throw new EngineError('invalid_filter', `${operator} takes true or false.`);
}

function bind(target: ConditionTarget, operand: Json): string {
  return target.values.add(coerceValue(target.field, operand), FIELD_TYPES[target.field.type].cast);
}

function notFor({ field }: ConditionTarget, operator: string): EngineError {
  return new EngineError(
    'invalid_filter',
    `${operator} does not work on "${field.name}": a field of type ${field.type}.`,
  );
}
