import type {
  ConfiguredHmacScheme,
  HmacAlgorithm,
  SchemeHandler,
  SignatureEncoding,
  SignatureEntry,
  SignedBytesScheme,
} from '../contract.js';
import { signedBytesHandler } from './signed-bytes.js';
import { spendComparison } from './spend-comparison.js';

const DEFAULT_TOLERANCE = 300;

/** The generic HMAC that a document describes. */
export const configuredHmacHandler: SchemeHandler<ConfiguredHmacScheme> = {
  headersOnly: false,
  verify(_scheme, entry, message, fetchKey) {
    const configured = configuredScheme(entry);
    if (!configured) {
      spendComparison(message.rawBody);
      return { ok: false, reason: 'misconfigured' };
    }
    return signedBytesHandler.verify(configured, entry, message, fetchKey);
  },
  sign(_scheme, entry, request, now) {
    const configured = configuredScheme(entry);
    if (!configured) throw new Error('This hmac entry contradicts itself and cannot sign.');
    return signedBytesHandler.sign(configured, entry, request, now);
  },
};

/**
 * Null when the options contradict each other: a body or a timestamp that is required but not signed, or a timestamp
 * that is signed but not named.
 */
export function configuredScheme({ options = {} }: SignatureEntry): SignedBytesScheme | null {
  const text = (name: string, fallback: string): string =>
    typeof options[name] === 'string' ? options[name] : fallback;
  const signedBytes = text('signedBytes', '{raw}');
  if (/\{(?!raw\}|timestamp\})/.test(signedBytes) || !signedBytes.includes('{raw}')) return null;
  const timestampHeader = text('timestampHeader', '').toLowerCase();
  if (signedBytes.includes('{timestamp}') !== (timestampHeader !== '')) return null;
  const tolerance = typeof options.tolerance === 'number' ? options.tolerance : DEFAULT_TOLERANCE;
  return {
    kind: 'signed-bytes',
    keys: [
      { algorithm: `hmac-${text('algorithm', 'sha256')}` as HmacAlgorithm, encoding: 'utf8', prefix: '', label: '' },
    ],
    signature: { header: text('header', 'x-signature').toLowerCase() },
    grammar: { kind: 'plain', prefix: text('prefix', '') },
    encoding: text('encoding', 'hex') as SignatureEncoding,
    signedBytes,
    timestamp:
      timestampHeader === ''
        ? null
        : { from: { header: timestampHeader }, unit: 's', past: tolerance, future: tolerance },
    nonce: null,
    id: null,
    keyId: null,
    anyHexCase: true,
  };
}
