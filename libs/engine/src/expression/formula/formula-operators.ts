import { EngineError } from '../../contract/engine-error.js';
import { calculators } from '../calculators.js';
import { MOST_TEXT } from '../expression-limits.js';
import { valueText } from '../value-text.js';

type Binary = (left: unknown, right: unknown) => unknown;
type Primitive = string | number | boolean | null;

const NO_VALUE = new Error('#VALUE!');

/** JavaScript's operator on primitives; objects and lists have no arithmetic (and their `toString` is a payload's). */
function arithmetic(compute: (left: number, right: number) => unknown): Binary {
  return (left, right) => (isObject(left) || isObject(right) ? NO_VALUE : compute(left as number, right as number));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function compare(name: string): Binary {
  const calculator = calculators.get(name);
  if (calculator === undefined) throw new Error(`there is no calculator ${name}`);
  return calculator;
}

const equal = compare('equal');
const notEqual = compare('notEqual');

const BINARY: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ['+', arithmetic((left, right) => boundedText(left + right))],
  ['-', arithmetic((left, right) => left - right)],
  ['*', arithmetic((left, right) => left * right)],
  ['/', arithmetic((left, right) => left / right)],
  ['%', arithmetic((left, right) => left % right)],
  ['^', arithmetic((left, right) => left ** right)],
  ['**', arithmetic((left, right) => left ** right)],
  ['&', (left, right) => boundedText(valueText(left) + valueText(right))],
  ['=', equal],
  ['==', equal],
  ['!=', notEqual],
  ['<>', notEqual],
  ['===', (left, right) => left === right],
  ['!==', (left, right) => left !== right],
  ['<', compare('lt')],
  ['<=', compare('lte')],
  ['>', compare('gt')],
  ['>=', compare('gte')],
]);

const UNARY: ReadonlyMap<string, (value: Primitive) => unknown> = new Map<string, (value: Primitive) => unknown>([
  ['-', (value) => -(value as number)],
  ['+', (value) => Number(value)],
  ['!', (value) => !value],
]);

function boundedText(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MOST_TEXT) {
    throw new EngineError('expression_limit', `a text can have at most ${MOST_TEXT} characters`);
  }
  return value;
}

/** Whether the engine knows an operator between two operands; `&&` and `||` are the evaluation's own. */
export function isFormulaOperator(operator: string, operands: 1 | 2): boolean {
  if (operands === 1) return UNARY.has(operator);
  return BINARY.has(operator) || operator === '&&' || operator === '||';
}

/** An Excel error (`#VALUE!`, `#N/A`) as operand is the result, as in Excel. */
export function applyBinary(operator: string, left: unknown, right: unknown): unknown {
  if (left instanceof Error) return left;
  return right instanceof Error ? right : BINARY.get(operator)?.(left, right);
}

/** As {@link applyBinary}, for `-`, `+` and `!`. */
export function applyUnary(operator: string, value: unknown): unknown {
  if (value instanceof Error) return value;
  if (operator !== '!' && isObject(value)) return NO_VALUE;
  return UNARY.get(operator)?.(value as Primitive);
}
