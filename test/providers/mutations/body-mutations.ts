import { pick } from '../sample-body.js';
import type { Random } from '../official-provider.js';

/** A change of a body's bytes; null when it does not apply. */
export type BodyMutation = (body: Buffer, random: Random) => Buffer | null;

const place = (body: Buffer, random: Random): number => Math.floor(random() * body.length);
const PIECES = ['0', ' ', '"', '\\', '{', '&', '=', '\u0000', 'é', '\ufeff', '\r\n'].map((text) => Buffer.from(text));
const INVALID = [Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80])];

/** Splices text, byte for byte. */
function asText(change: (text: string, random: Random) => string | null): BodyMutation {
  return (body, random) => {
    const text = body.toString('latin1');
    const changed = change(text, random);
    return changed === null || changed === text ? null : Buffer.from(changed, 'latin1');
  };
}

const MEMBER = /"([A-Za-z_]+)":("(?:[^"\\]|\\.)*"|[0-9.]+|true|false|null)/g;

/** One member of a JSON body, chosen at random and written otherwise. */
function aMember(write: (name: string, value: string, random: Random) => string): BodyMutation {
  return asText((text, random) => {
    const members = [...text.matchAll(MEMBER)];
    if (!/^\s*[[{]/.test(text) || members.length === 0) return null;
    const member = pick(members, random);
    const written = write(member[1]!, member[2]!, random);
    return text.slice(0, member.index) + written + text.slice(member.index + member[0].length);
  });
}

/** The fields of a form, changed. */
function ofFields(change: (fields: string[], random: Random) => string[]): BodyMutation {
  return asText((text, random) => (/^[\w.%+-]+=[^{<]*$/.test(text) ? change(text.split('&'), random).join('&') : null));
}

const OTHER_VALUES = ['"x"', '0', 'null', '{}', '[]', 'true', '1e400', '-0', '1.0', '"\\u0000"'];

/** How bodies are changed, by name. */
export const bodyMutations: Readonly<Record<string, BodyMutation>> = {
  'a bit flipped': (body, random) => {
    if (body.length === 0) return null;
    const changed = Buffer.from(body);
    changed[place(body, random)]! ^= 1 << Math.floor(random() * 8);
    return changed;
  },
  'a byte put in': (body, random) => {
    const at = place(body, random);
    return Buffer.concat([body.subarray(0, at), pick(PIECES, random), body.subarray(at)]);
  },
  'a byte left out': (body, random) => {
    const at = place(body, random);
    return body.length === 0 ? null : Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]);
  },
  'bytes that are no UTF-8': (body, random) => {
    const at = place(body, random);
    return Buffer.concat([body.subarray(0, at), pick(INVALID, random), body.subarray(at)]);
  },
  'a replacement character made invalid': asText((text) => text.replace('\xef\xbf\xbd', '\xff')),
  truncated: (body, random) => (body.length === 0 ? null : body.subarray(0, place(body, random))),
  empty: () => Buffer.alloc(0),
  'a byte order mark before': (body) => Buffer.concat([Buffer.from('\ufeff'), body]),
  'a line break after': (body, random) => Buffer.concat([body, Buffer.from(pick(['\n', '\r\n', ' ', '\0'], random))]),
  'in another normal form': (body) => {
    const changed = Buffer.from(body.toString().normalize('NFD'));
    return changed.equals(body) ? null : changed;
  },
  'serialised anew': (body) => {
    try {
      const changed = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
      return changed.equals(body) ? null : changed;
    } catch {
      return null;
    }
  },
  'a member with another value': aMember((name, _value, random) => `"${name}":${pick(OTHER_VALUES, random)}`),
  'a member without quotes or with': aMember((name, value) =>
    value.startsWith('"') ? `"${name}":${/^"\d+"$/.test(value) ? value.slice(1, -1) : 'null'}` : `"${name}":"${value}"`,
  ),
  'a member twice, the wrong one last': aMember((name, value) => `"${name}":${value},"${name}":"x"`),
  'a member twice, the wrong one first': aMember((name, value) => `"${name}":"x","${name}":${value}`),
  'a member under an escaped name': aMember(
    (name, value) => `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}":${value}`,
  ),
  'a member of another case': aMember((name, value) => `"${name.toUpperCase()}":${value}`),
  'a member more': aMember((name, value, random) => {
    const more = pick(['__proto__', 'constructor', 'Subject', 'Token', 'sign_type', 'zzz', 'live'], random);
    return `"${name}":${value},"${more}":"x"`;
  }),
  'a prototype': aMember((name, value) => `"${name}":${value},"__proto__":{"${name}":${value}}`),
  'a field twice': ofFields((fields, random) => [...fields, pick(fields, random)]),
  'a field twice with another value': ofFields((fields, random) => [
    ...fields,
    `${pick(fields, random).split('=')[0]!}=x`,
  ]),
  'a field more': ofFields((fields, random) => [
    ...fields,
    pick(['zzz=1', 'a', '=', 'sign_type=RSA', 'A[]=1'], random),
  ]),
  'a field less': ofFields((fields, random) => fields.toSpliced(Math.floor(random() * fields.length), 1)),
  'fields in another order': ofFields((fields) => fields.toReversed()),
  'fields escaped otherwise': ofFields((fields) => fields.map((field) => field.replaceAll('+', '%20').toLowerCase())),
  'an element twice': asText((text) => text.replace(/<(Encrypt)>.*<\/\1>/s, (element) => `${element}${element}`)),
  'an element without CDATA': asText((text) => text.replace(/<!\[CDATA\[([^\]]*)\]\]><\/Encrypt/, '$1</Encrypt')),
  'a comment before an element': asText((text) => text.replace('<Encrypt>', '<!-- --><Encrypt>')),
};
