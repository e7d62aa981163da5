import { EngineError } from '../../contract/engine-error.js';
import { MOST_TEXT } from '../expression-limits.js';
import { valueText } from '../value-text.js';

/** Excel's own limit of a cell. */
const MOST_REPEATED = 32_767;

type TextFunction = (...args: unknown[]) => unknown;

function flatTexts(args: readonly unknown[]): unknown[] {
  return args.flat(8);
}

function firstError(args: readonly unknown[]): unknown {
  return args.find((arg) => arg instanceof Error);
}

function cellText(value: unknown): string {
  return typeof value === 'boolean' ? String(value).toUpperCase() : valueText(value);
}

const concatenate: TextFunction = (...args) => {
  const parts = flatTexts(args);
  return firstError(parts) ?? bounded(parts.map(cellText), '');
};

const textJoin: TextFunction = (delimiter, ignoreEmpty, ...args) => {
  const parts = flatTexts(args);
  const error = firstError([delimiter, ignoreEmpty, ...parts]);
  if (error !== undefined) return error;
  const texts = parts.map(cellText);
  return bounded(ignoreEmpty === false ? texts : texts.filter((text) => text !== ''), cellText(delimiter));
};

function bounded(texts: readonly string[], delimiter: string): string {
  const length = texts.reduce((sum, text) => sum + text.length + delimiter.length, 0);
  if (length > MOST_TEXT) throw tooLong(`at most ${MOST_TEXT} characters can be joined`);
  return texts.join(delimiter);
}

const repeat: TextFunction = (text, times) => {
  const error = firstError([text, times]);
  if (error !== undefined) return error;
  const [part, count] = [cellText(text), Math.trunc(Number(times))];
  if (!(count >= 0)) return new Error('#VALUE!');
  if (part.length * count > MOST_REPEATED) throw tooLong(`REPT gives at most ${MOST_REPEATED} characters`);
  return part.repeat(count);
};

const substitute: TextFunction = (text, found, replacement, instance) => {
  const error = firstError([text, found, replacement, instance]);
  if (error !== undefined) return error;
  const [whole, old, other] = [cellText(text), cellText(found), cellText(replacement)];
  if (old === '') return whole;
  const parts = whole.split(old);
  if (instance === undefined) return bounded(parts, other);
  const at = Math.trunc(Number(instance));
  if (!(at > 0)) return new Error('#VALUE!');
  if (at >= parts.length) return whole;
  return bounded([parts.slice(0, at).join(old), parts.slice(at).join(old)], other);
};

function tooLong(message: string): EngineError {
  return new EngineError('expression_limit', message);
}

/** Text functions whose result can be longer than what goes in: those of the library have no bounds. */
export const textFunctions: ReadonlyMap<string, TextFunction> = new Map([
  ['CONCAT', concatenate],
  ['CONCATENATE', concatenate],
  ['TEXTJOIN', textJoin],
  ['REPT', repeat],
  ['SUBSTITUTE', substitute],
]);
