import { isUtf8 } from 'node:buffer';
import type { UnsignedRequest } from '#signatures';
import type { ChangedRequest, Stricter } from './official-provider.js';

/* Why a request that a package accepts is refused here, for several packages. */

/** What is signed is the bytes; a package that hashes text takes U+FFFD and every invalid byte for the same. */
export const bytesNotText: Stricter = {
  why: 'The package reads the body as text, in which all bytes that are no UTF-8 are equal; the bytes are what is signed.',
  when: ({ request }) => !isUtf8(request.body),
};

/** The sender's page says how old a message may be, or freshness is ours to demand; the package does not look. */
export function freshness(
  timeOf: (request: UnsignedRequest) => string | undefined,
  { seconds, side = 'both', unit = 's' }: { seconds: number; side?: 'past' | 'future' | 'both'; unit?: 's' | 'ms' },
): Stricter {
  return {
    why: `The package does not refuse what is more than ${seconds} s ${side === 'both' ? 'old or ahead' : side}.`,
    when: ({ request, now }) => {
      const time = Number(timeOf(request)) * (unit === 's' ? 1000 : 1);
      const age = (now.getTime() - time) / 1000;
      return (age > seconds && side !== 'future') || (-age > seconds && side !== 'past');
    },
  };
}

/** One spelling of every signature: base64 as an encoder writes it. */
export const canonicalBase64 = canonical('base64');
export const canonicalBase64url = canonical('base64url');

function canonical(encoding: 'base64' | 'base64url') {
  return (valueOf: (request: UnsignedRequest) => string | undefined): Stricter => ({
    why: `The package decodes ${encoding} leniently: other alphabets, junk, padding and unused bits count for it.`,
    when: ({ request }) => {
      const value = valueOf(request);
      return value !== undefined && Buffer.from(value, encoding).toString(encoding) !== value;
    },
  });
}

/** A reason that is told by the name of the change. */
export function onChange(pattern: RegExp, why: string): Stricter {
  return { why, when: ({ changes }: ChangedRequest) => changes.some((change) => pattern.test(change)) };
}

/** A reason that is told by a header's value. */
export function onHeader(name: string, pattern: RegExp, why: string): Stricter {
  return { why, when: ({ request }) => pattern.test(request.headers[name] ?? '') };
}
