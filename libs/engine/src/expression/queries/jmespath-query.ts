import { compile, registerFunction, search, TYPE_NUMBER, TYPE_STRING } from '@jmespath-community/jmespath';
import type { Json } from '#shared';
import { EngineError } from '../../contract/engine-error.js';
import { MOST_EXPRESSION, MOST_TEXT } from '../expression-limits.js';

replaceTrims();
replacePads();

/**
 * Evaluates a JMESPath expression (JMESPath Community). Null when there is no result.
 *
 * @throws EngineError `expression_syntax` or `expression_failed`
 */
export function queryJmespath(expression: string, source: Json): Json {
  checkJmespath(expression);
  try {
    return (search(source, expression) ?? null) as Json;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('expression_failed', error instanceof Error ? error.message : String(error));
  }
}

/** @throws EngineError `expression_syntax` */
export function checkJmespath(expression: string): void {
  if (expression.length > MOST_EXPRESSION) {
    throw new EngineError('expression_syntax', `write at most ${MOST_EXPRESSION} characters`);
  }
  try {
    compile(expression);
  } catch (error) {
    throw new EngineError('expression_syntax', error instanceof Error ? error.message : String(error));
  }
}

/** The library trims by regular expressions that take time quadratic in the text. */
function replaceTrims(): void {
  const signature = [{ types: [TYPE_STRING] }, { types: [TYPE_STRING], optional: true }];
  for (const [name, left, right] of [
    ['trim', true, true],
    ['trim_left', true, false],
    ['trim_right', false, true],
  ] as const) {
    registerFunction(
      name,
      ([text, chars]) => trimmed(text as string, chars as string | undefined, left, right),
      signature,
      {
        override: true,
      },
    );
  }
}

function trimmed(text: string, chars: string | undefined, left: boolean, right: boolean): string {
  const isTrimmed = (character: string): boolean =>
    chars === undefined || chars === '' ? /[\s\x85]/.test(character) : chars.includes(character);
  let [start, end] = [0, text.length];
  while (left && start < end && isTrimmed(text.charAt(start))) start += 1;
  while (right && end > start && isTrimmed(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The library pads to any width. */
function replacePads(): void {
  const signature = [{ types: [TYPE_STRING] }, { types: [TYPE_NUMBER] }, { types: [TYPE_STRING], optional: true }];
  for (const side of ['left', 'right'] as const) {
    registerFunction(
      `pad_${side}`,
      ([text, width, filler]) => padded(side, text as string, width as number, filler as string),
      signature,
      {
        override: true,
      },
    );
  }
}

function padded(side: 'left' | 'right', text: string, width: number, filler = ' '): string {
  const reason = !Number.isInteger(width) || width < 0 ? 'a width is a whole number' : null;
  if (reason !== null) throw new EngineError('expression_failed', reason);
  if (width > MOST_TEXT) throw new EngineError('expression_failed', `pad makes at most ${MOST_TEXT} characters`);
  return side === 'left' ? text.padStart(width, filler) : text.padEnd(width, filler);
}
