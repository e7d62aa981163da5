import type { KeyEncoding, KeyKind, SignedBytesScheme } from '../contract.js';
import type { Refused, UsualMistake } from './refused.js';

/** Secrets that were copied with too much or too little, or are read in another way than the sender does. */
export function secretMistakes(refused: Refused): UsualMistake[] {
  const { entry, scheme } = refused;
  const mistakes: UsualMistake[] = [
    withSecrets(
      refused,
      'secret_has_spaces',
      'The signature fits the secret without the white space around it: store it without.',
      (secret) => secret.trim(),
    ),
    withSecrets(
      refused,
      'secret_has_quotes',
      'The signature fits the secret without the quotes around it: store it without.',
      (secret) => secret.replace(/^(["'])(.*)\1$/s, '$2'),
    ),
  ].filter((mistake) => mistake.undone.entry!.secrets.some((secret, at) => secret !== entry.secrets[at]));
  return scheme.kind === 'signed-bytes' ? [...mistakes, ...keyMistakes(refused, scheme)] : mistakes;
}

function withSecrets(
  { entry }: Refused,
  code: string,
  message: string,
  change: (secret: string) => string,
): UsualMistake {
  return { code, message, undone: { entry: { ...entry, secrets: entry.secrets.map(change) } } };
}

/** The key is text that is taken for encoded bytes, or the reverse, or its prefix counts though it should not. */
function keyMistakes({ provider, entry }: Refused, scheme: SignedBytesScheme): UsualMistake[] {
  const readings: [encoding: KeyEncoding, told: string][] = [
    ['utf8', 'as plain text'],
    ['base64', 'decoded from base64'],
    ['hex', 'decoded from hex'],
  ];
  const prefixes = [...new Set(['', 'whsec_', ...scheme.keys.map(({ prefix }) => prefix)])];
  return readings.flatMap(([encoding, told]) =>
    prefixes.map((prefix): UsualMistake => {
      const keys = scheme.keys.filter(isHmac).map((kind) => readAs(kind, encoding, prefix));
      const cut = prefix === '' ? '' : ` after its prefix ${prefix}`;
      return {
        code: 'secret_read_otherwise',
        message: `The signature fits the secret${cut} ${told}, which is not how ${provider.name} makes keys: check which secret of the sender this is, or use a preset that reads it so.`,
        undone: { scheme: { ...scheme, keys }, entry },
      };
    }),
  );
}

function isHmac({ algorithm }: KeyKind): boolean {
  return algorithm.startsWith('hmac-');
}

function readAs({ algorithm, label }: KeyKind, encoding: KeyEncoding, prefix: string): KeyKind {
  return { algorithm, label, encoding, prefix };
}
