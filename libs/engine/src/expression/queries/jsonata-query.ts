import jsonata from 'jsonata';
import type { Json } from '#shared';
import { EngineError } from '../../contract/engine-error.js';
import { MOST_TEXT } from '../expression-limits.js';
import { LinearRegex } from './linear-regex.js';

/** Items of one sequence: twice what a body may have keys, and far below what fills a heap at one stroke. */
const MOST_ITEMS = 100_000;
/** Nested evaluations. A recursion deeper than this is one that does not end. */
const MOST_NESTED = 1_000;

const OPTIONS: jsonata.JsonataOptions = {
  RegexEngine: LinearRegex as unknown as RegExpConstructor,
  stack: MOST_NESTED,
  sequence: MOST_ITEMS,
};

/**
 * Evaluates a JSONata expression: regular expressions are linear in the text, `$eval` is refused, depth and lengths are
 * bounded. Time is not: whoever calls this ends the process when it takes too long. Null when there is no result.
 *
 * @throws EngineError `expression_syntax` or `expression_failed`
 */
export async function queryJsonata(expression: string, source: Json): Promise<Json> {
  const compiled = compileJsonata(expression);
  compiled.registerFunction('eval', () => refuse('$eval is not available'));
  compiled.registerFunction('pad', pad, '<s-ns?:s>');
  try {
    const result = (await compiled.evaluate(source)) as Json | undefined;
    return result ?? null;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('expression_failed', messageOf(error));
  }
}

/** @throws EngineError `expression_syntax` */
export function compileJsonata(expression: string): jsonata.Expression {
  try {
    return jsonata(expression, OPTIONS);
  } catch (error) {
    throw new EngineError('expression_syntax', messageOf(error));
  }
}

/** The library's own makes a list as long as the width. */
function pad(text: string | undefined, width: number, filler = ' '): string | undefined {
  if (text === undefined) return undefined;
  if (Math.abs(width) > MOST_TEXT) refuse(`$pad makes at most ${MOST_TEXT} characters`);
  return width < 0 ? text.padStart(-width, filler) : text.padEnd(width, filler);
}

function refuse(message: string): never {
  throw new EngineError('expression_failed', message);
}

/** JSONata throws plain objects. */
function messageOf(error: unknown): string {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const text = typeof message === 'string' ? message : 'the expression failed';
  return typeof code === 'string' ? `${text} (${code})` : text;
}
