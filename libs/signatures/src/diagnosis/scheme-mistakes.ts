import { findValue } from '../find-value.js';
import type { HmacAlgorithm, SignatureEncoding, SignedBytesScheme } from '../contract.js';
import type { Refused, UsualMistake } from './refused.js';

const ENCODINGS: readonly SignatureEncoding[] = ['hex', 'base64', 'base64url'];
const ALGORITHMS: readonly HmacAlgorithm[] = ['hmac-sha1', 'hmac-sha256', 'hmac-sha512'];

/** Right signatures in another writing, or of another hash. */
export function schemeMistakes(refused: Refused): UsualMistake[] {
  const { scheme } = refused;
  if (scheme.kind === 'token') return tokenMistakes(refused);
  if (scheme.kind !== 'signed-bytes') return [];
  return [...writingMistakes(refused, scheme), ...algorithmMistakes(scheme)];
}

function writingMistakes({ message }: Refused, scheme: SignedBytesScheme): UsualMistake[] {
  const { grammar } = scheme;
  if (grammar.kind !== 'plain') return [];
  const text = findValue(scheme.signature, message) ?? '';
  const sent = /^[a-z][a-z0-9_-]*[=,:]/i.exec(text)?.[0] ?? '';
  const prefixes = [...new Set([grammar.prefix, sent, ''])];
  const writings = prefixes.flatMap((prefix) => ENCODINGS.map((encoding) => ({ prefix, encoding })));
  return writings
    .filter(({ prefix, encoding }) => prefix !== grammar.prefix || encoding !== scheme.encoding)
    .map(({ prefix, encoding }) => ({
      code: prefix === grammar.prefix ? 'signature_encoding' : 'signature_prefix',
      message:
        `The signature is right but written as ${encoding} ${before(prefix)}; this entry takes ${scheme.encoding} ` +
        `${before(grammar.prefix)}. Change the sender, or use the generic preset hmac with its encoding and prefix.`,
      undone: { scheme: { ...scheme, encoding, grammar: { kind: 'plain', prefix } } },
    }));
}

function before(prefix: string): string {
  return prefix === '' ? 'without prefix' : `after "${prefix}"`;
}

function algorithmMistakes(scheme: SignedBytesScheme): UsualMistake[] {
  const own = scheme.keys.map((kind) => kind.algorithm);
  if (!own.every((algorithm) => algorithm.startsWith('hmac-'))) return [];
  const { grammar } = scheme;
  return ALGORITHMS.filter((algorithm) => !own.includes(algorithm)).flatMap((algorithm) => {
    const name = algorithm.slice('hmac-'.length);
    const keys = scheme.keys.map((kind) => ({ ...kind, algorithm }));
    const prefixes = grammar.kind === 'plain' ? [...new Set([grammar.prefix, `${name}=`])] : [null];
    return prefixes.map((prefix) => ({
      code: 'other_algorithm',
      message: `The signature was made with ${name}; this entry takes ${own[0]!.slice('hmac-'.length)} only. Change the sender's setting.`,
      undone: { scheme: { ...scheme, keys, grammar: prefix === null ? grammar : { kind: 'plain' as const, prefix } } },
    }));
  });
}

/** A token with a scheme word that is not part of it. */
function tokenMistakes({ scheme, entry, message }: Refused): UsualMistake[] {
  const name = scheme.kind === 'token' && scheme.from && 'header' in scheme.from ? scheme.from.header : null;
  const header = name ?? (typeof entry.options?.header === 'string' ? entry.options.header.toLowerCase() : '');
  const text = findValue({ header }, message) ?? '';
  const token = /^(?:bearer|token) +(\S.*)$/i.exec(text)?.[1];
  if (token === undefined) return [];
  return [
    {
      code: 'token_has_scheme_word',
      message: `The token is right, but the word before it counts as part of it: send the token alone in ${header}, or store it with the word.`,
      undone: { message: { ...message, headers: { ...message.headers, [header]: token } } },
    },
  ];
}
