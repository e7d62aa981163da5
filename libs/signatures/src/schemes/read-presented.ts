import type { SignatureEntry, SignatureFault, SignedBytesScheme, SignedMessage } from '../contract.js';
import { findValue } from '../find-value.js';
import { isBodyHashed } from './body-hash.js';
import { hasSignatureLength } from './signature-algorithm.js';
import { readSignatures, type PresentedSignatures } from './signature-grammar.js';
import type { SignedValues } from './signed-parts.js';
import { signingKeys, type SigningKey } from './signing-keys.js';
import { isInBody, usableTemplate } from './usable-template.js';

/** What a message presents, ready to be compared. */
export interface Presented extends SignedValues {
  keys: readonly SigningKey[];
  signatures: PresentedSignatures['signatures'];
}

/** Reads all that a comparison needs, or says what is missing. A time in the body is left to the end. */
export function readPresented(
  scheme: SignedBytesScheme,
  entry: SignatureEntry,
  message: SignedMessage,
): Presented | SignatureFault {
  const pieces = usableTemplate(scheme);
  const keys = signingKeys(scheme, entry);
  if (!pieces || keys.length === 0) return 'misconfigured';
  const read = readFitting(scheme, keys, message);
  if (typeof read === 'string') return read;
  if (isOfOtherAlgorithm(scheme, message)) return 'wrong_algorithm';
  const chosen = chooseKeys(scheme, keys, message);
  if (chosen.length === 0) return 'unknown_key';
  const values = readValues(scheme, read.timestamps, message);
  if (typeof values === 'string') return values;
  const isHashed = isBodyHashed(scheme, pieces, message);
  if (typeof isHashed === 'string') return isHashed;
  const { method, url, rawBody: body } = message;
  return { pieces, keys: chosen, signatures: read.signatures, method, url, body, isHashed, ...values };
}

/** The signatures that one of the keys could have made. */
function readFitting(
  scheme: SignedBytesScheme,
  keys: readonly SigningKey[],
  message: SignedMessage,
): PresentedSignatures | SignatureFault {
  const text = findValue(scheme.signature, message);
  if (text === null) return 'missing_signature';
  const read = readSignatures(scheme, text);
  if (typeof read === 'string') return read;
  const signatures = read.signatures.filter(({ label, bytes }) =>
    keys.some(({ kind }) => kind.label === label && hasSignatureLength(kind, bytes)),
  );
  return signatures.length === 0 ? 'malformed_signature' : { ...read, signatures };
}

/** The name decides nothing, but a message that names another algorithm was not signed with ours. */
function isOfOtherAlgorithm({ algorithmName }: SignedBytesScheme, message: SignedMessage): boolean {
  const name = algorithmName ? findValue(algorithmName.from, message) : null;
  return name !== null && name !== algorithmName?.is;
}

function chooseKeys(scheme: SignedBytesScheme, keys: readonly SigningKey[], message: SignedMessage): SigningKey[] {
  if (scheme.keyId === null) return [...keys];
  const id = findValue(scheme.keyId, message);
  return keys.filter((key) => key.id === id);
}

function readValues(
  scheme: SignedBytesScheme,
  pairs: readonly string[],
  message: SignedMessage,
): Pick<SignedValues, 'timestamp' | 'nonce' | 'id'> | SignatureFault {
  const nonce = scheme.nonce && findValue(scheme.nonce, message);
  const id = scheme.id && findValue(scheme.id, message);
  if ((scheme.nonce && nonce === null) || (scheme.id && id === null)) return 'missing_signature';
  const timestamp = readTime(scheme, pairs, message);
  return typeof timestamp === 'string' ? timestamp : { timestamp: timestamp.text, nonce, id };
}

function readTime(
  { timestamp: rule }: SignedBytesScheme,
  pairs: readonly string[],
  message: SignedMessage,
): { text: string | null } | SignatureFault {
  if (rule === null || isInBody(rule.from)) return { text: null };
  if (rule.from === null && pairs.length > 1) return 'malformed_timestamp';
  const text = rule.from ? findValue(rule.from, message) : pairs[0];
  return text ? { text } : 'missing_timestamp';
}
