import { isJsonObject } from '#shared';
import type { Judge } from './http-delivery.js';

/**
 * Chat robots answer 200 to everything and say in a number whether it worked: 0 it did.
 *
 * @param names properties that may hold the number, and the words that belong to it
 * @param busy numbers that mean: later
 */
export function robotAnswer(
  names: { code: readonly string[]; message: readonly string[] },
  busy: readonly number[],
): Judge {
  return (data) => {
    const said = isJsonObject(data) ? data : {};
    const code = names.code.map((name) => said[name]).find((value) => typeof value === 'number');
    if (code === 0) return null;
    if (code === undefined) return { message: 'The robot did not say that it worked.', isTemporary: false };
    const words = names.message.map((name) => said[name]).find((value) => typeof value === 'string') ?? '';
    return { message: `The robot answered ${code}: ${words}`, isTemporary: busy.includes(code) };
  };
}
