import { pick } from '../sample-body.js';
import type { Random } from '../official-provider.js';

/** A change of a header's or parameter's value; null when it does not apply. */
export type TextMutation = (text: string, random: Random) => string | null;

const place = (text: string, random: Random): number => Math.floor(random() * text.length);
const without = (text: string, at: number): string => text.slice(0, at) + text.slice(at + 1);
const inserted = (text: string, at: number, piece: string): string => text.slice(0, at) + piece + text.slice(at);

const SPACES = [' ', '\t', '  ', '\u00a0', '\v', '\u3000', '\r', '\n'];
const STRANGE = ['é', '\u0000', 'ﬀ', '１', '\u202e', '=', ',', ';', '-', '_', '+', '/', '%', '"', 'ſ'];
const SECONDS = [1, 59, 60, 61, 299, 300, 301, 3600, 4000, 86_400];
const JUNK = ['', 'null', 'NaN', 'Infinity', '0', '-1', '1e9', '0x5f5e100', '[object Object]', 'true'];

const isTime = (text: string): boolean => /^[0-9]{10,13}$/.test(text);

/** The last run of digits of base64 or hexadecimal of a value, which is where signatures stand. */
function encodedPart(text: string): { before: string; bytes: Buffer; isHex: boolean } | null {
  const found = /^(.*?)([A-Za-z0-9+/_-]{20,}={0,2})(:?)$/s.exec(text);
  if (!found) return null;
  const isHex = /^[0-9a-fA-F]+$/.test(found[2]!);
  return { before: found[1]!, bytes: Buffer.from(found[2]!, isHex ? 'hex' : 'base64'), isHex };
}

function encodedAs(encode: (bytes: Buffer) => string): TextMutation {
  return (text) => {
    const part = encodedPart(text);
    const changed = part === null ? text : part.before + encode(part.bytes);
    return changed === text ? null : changed;
  };
}

/** How the values of headers and parameters are changed, by name. */
export const textMutations: Readonly<Record<string, TextMutation>> = {
  'a bit flipped': (text, random) => {
    if (text === '') return null;
    const at = place(text, random);
    const unit = String.fromCharCode(text.charCodeAt(at) ^ (1 << Math.floor(random() * 8)));
    return inserted(without(text, at), at, unit);
  },
  'a character left out': (text, random) => (text === '' ? null : without(text, place(text, random))),
  'a character put in': (text, random) => inserted(text, place(text, random), pick(STRANGE, random)),
  'a character doubled': (text, random) => {
    const at = place(text, random);
    return text === '' ? null : inserted(text, at, text[at]!);
  },
  'the header twice': (text) => `${text}, ${text}`,
  'a wrong header before': (text, random) => `${changedDigit(text, random)}, ${text}`,
  'a wrong header after': (text, random) => `${text}, ${changedDigit(text, random)}`,
  'a space before': (text, random) => pick(SPACES, random) + text,
  'a space after': (text, random) => text + pick(SPACES, random),
  'a space inside': (text, random) => inserted(text, place(text, random), pick(SPACES, random)),
  'upper case': (text) => (text === text.toUpperCase() ? null : text.toUpperCase()),
  'lower case': (text) => (text === text.toLowerCase() ? null : text.toLowerCase()),
  'as hex': encodedAs((bytes) => bytes.toString('hex')),
  'as upper-case hex': encodedAs((bytes) => bytes.toString('hex').toUpperCase()),
  'as base64': encodedAs((bytes) => bytes.toString('base64')),
  'as base64url': encodedAs((bytes) => bytes.toString('base64url')),
  'as base64 without padding': encodedAs((bytes) => bytes.toString('base64').replace(/=+$/, '')),
  'with unused bits set': (text) => {
    const changed = text.replace(/([A-Za-z0-9+/])(=+:?)$/, (_all, last: string, pad: string) => nextDigit(last) + pad);
    return changed === text ? null : changed;
  },
  'padding added': (text) => `${text}=`,
  'digits escaped': (text) => text.replace(/[+/=]/g, (digit) => `%${digit.charCodeAt(0).toString(16)}`),
  truncated: (text, random) => (text === '' ? null : text.slice(0, place(text, random))),
  empty: () => '',
  junk: (_text, random) => pick(JUNK, random),
  'of another time': (text, random) => {
    if (!isTime(text)) return null;
    const step = pick(SECONDS, random) * (text.length > 10 ? 1000 : 1) * (random() < 0.5 ? -1 : 1);
    return String(Number(text) + step);
  },
  'a number written otherwise': (text, random) => {
    if (!isTime(text)) return null;
    const fullWidth = text.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    return pick([`0${text}`, `+${text}`, `${text}.0`, `${text}abc`, `${text}e0`, `${text}000`, fullWidth], random);
  },
  'another prefix': (text, random) => {
    const changed = text.replace(/^[a-z0-9]{1,8}(?=[=,])/i, () => pick(PREFIXES, random));
    return changed === text ? null : changed;
  },
  'without its prefix': (text) => (/^[a-z0-9]{1,8}[=,]./i.test(text) ? text.replace(/^[a-z0-9]+[=,]/i, '') : null),
  'a signature more': (text, random) => {
    const more = changedDigit(text.split(/[ ,]/).at(-1)!, random);
    return pick(
      [`${text} ${more}`, `${more} ${text}`, `${text},${more}`, `${more},${text}`, `${text};${more}`],
      random,
    );
  },
  'the signature again': (text, random) => {
    const again = text.split(/[ ,]/).at(-1)!;
    return pick([`${text} ${again}`, `${text},${again}`, `${text} v1,${again}`, `v1a,${again} ${text}`], random);
  },
  'its pairs in another order': (text) => {
    const pairs = text.split(',');
    return pairs.length > 1 ? pairs.toReversed().join(',') : null;
  },
};

const PREFIXES = ['v0', 'v1', 'v1a', 'v2', 'sha1', 'sha256', 'SHA256', 'sha512', 't', 'sig1', 'sig2', 'Bearer', ''];

function changedDigit(text: string, random: Random): string {
  const at = place(text, random);
  return text === '' ? 'x' : inserted(without(text, at), at, text[at] === '0' ? '1' : '0');
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The digit whose lowest bit differs: before padding that bit means nothing. */
function nextDigit(digit: string): string {
  return DIGITS[DIGITS.indexOf(digit) ^ 1]!;
}
