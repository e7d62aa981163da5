import type { Random, SignedPart } from './official-provider.js';

/** The body with one bit flipped, any bit. */
export const bodyPart: SignedPart = {
  name: 'body',
  flip: (request, random) => ({ ...request, body: flipBit(request.body, random) }),
};

/** A header's value with one bit flipped, so that it can still be sent. */
export function headerPart(name: string): SignedPart {
  return {
    name: `header ${name}`,
    flip: (request, random) => {
      const value = request.headers[name];
      if (value === undefined) throw new Error(`The signed request has no header ${name}.`);
      return { ...request, headers: { ...request.headers, [name]: flipText(value, random) } };
    },
  };
}

/** The value of a query parameter with one bit flipped. */
export function queryPart(name: string): SignedPart {
  return {
    name: `query ${name}`,
    flip: (request, random) => {
      const found = new RegExp(`[?&]${name}=([^&]*)`).exec(request.url);
      if (!found) throw new Error(`The signed request has no query parameter ${name}.`);
      const at = found.index + name.length + 2;
      const value = flipText(decodeURIComponent(found[1]!), random);
      const url = request.url.slice(0, at) + encodeURIComponent(value) + request.url.slice(at + found[1]!.length);
      return { ...request, url };
    },
  };
}

/** One bit flipped of what stands in the body between two texts: a field of JSON or of a form. */
export function betweenPart(name: string, before: string, after: string): SignedPart {
  return {
    name,
    flip: (request, random) => {
      const text = request.body.toString('latin1');
      const start = text.indexOf(before) + before.length;
      const end = text.indexOf(after, start);
      if (start < before.length || end <= start) throw new Error(`The signed body has no ${name}.`);
      const changed = text.slice(0, start) + flipText(text.slice(start, end), random, FIELD) + text.slice(end);
      return { ...request, body: Buffer.from(changed, 'latin1') };
    },
  };
}

/** A string member of a JSON body, as `JSON.stringify` writes it. */
export const memberPart = (name: string): SignedPart => betweenPart(`member ${name}`, `"${name}":"`, '"');

const VISIBLE = /^[\x21-\x7e]$/;
/** What stands for itself inside JSON strings and form values alike. */
const FIELD = /^[A-Za-z0-9._-]$/;

function flipBit(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  const bit = Math.floor(random() * bytes.length * 8);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

/** Without the bit that only changes a letter's case: hexadecimal digits mean the same in both. */
const BITS = [0, 1, 2, 3, 4, 6];

/**
 * Text with one bit of one character flipped to another that is allowed. Of a long text the end stays: in base64 some
 * bits of its last digit mean nothing, nor does what stands in the place of its padding, and lenient packages pass them.
 */
export function flipText(text: string, random: Random, allowed: RegExp = VISIBLE): string {
  const length = text.length > 26 ? text.length - 8 : text.length;
  for (;;) {
    const at = Math.floor(random() * length);
    const before = text[at]!;
    const after = String.fromCharCode(before.charCodeAt(0) ^ (1 << BITS[Math.floor(random() * BITS.length)]!));
    if (!allowed.test(before) || !allowed.test(after)) continue;
    return text.slice(0, at) + after + text.slice(at + 1);
  }
}
