import { parse } from 'qs';
import type { Json } from '#shared';

const DEPTH = 20;
const PARAMETERS = 1_000;

/**
 * Reads `a=1&b[c]=2&d[]=3` with qs: objects have no prototype and `__proto__` is dropped; a name that comes again makes
 * a list.
 *
 * @returns the value, or null beyond 20 levels or 1,000 parameters or entries of a list.
 */
export function parseForm(text: string): Json | null {
  try {
    return parse(text, {
      depth: DEPTH,
      strictDepth: true,
      parameterLimit: PARAMETERS,
      arrayLimit: PARAMETERS,
      throwOnLimitExceeded: true,
      plainObjects: true,
    }) as Json;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
