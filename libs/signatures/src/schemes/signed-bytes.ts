import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type {
  HmacAlgorithm,
  KeyKind,
  SchemeHandler,
  SignatureEntry,
  SignatureFault,
  SignedBytesScheme,
  SignedMessage,
} from '../contract.js';
import { findValue } from '../find-value.js';
import { parseTemplate, type TemplatePiece } from './signed-bytes-template.js';

const DIGEST_BYTES: Readonly<Record<HmacAlgorithm, number>> = { 'hmac-sha1': 20, 'hmac-sha256': 32, 'hmac-sha512': 64 };

/** Unix seconds without sign, leading zero, exponent or other script's digits. */
const TIMESTAMP = /^[1-9][0-9]{0,10}$/;

/** Signatures over bytes made by a template. */
export const signedBytesHandler: SchemeHandler<SignedBytesScheme> = {
  headersOnly: false,
  verify(scheme, entry, message) {
    const pieces = parseTemplate(scheme.signedBytes);
    const [key] = scheme.keys;
    if (!pieces || !key || !entry.secrets.some(isUsable)) return { ok: false, reason: 'misconfigured' };
    const text = findValue(scheme.signature, message);
    if (!text) return { ok: false, reason: 'missing_signature' };
    const presented = decodeSignature(scheme, key, text);
    if (!presented) return { ok: false, reason: 'malformed_signature' };
    const timestamp = scheme.timestamp?.from ? findValue(scheme.timestamp.from, message) : null;
    const fault = timestampFault(scheme, timestamp, message.now);
    if (fault) return { ok: false, reason: fault };
    // All are tried: the time taken tells nothing about which one matched.
    const matches = entry.secrets.map(
      (secret) =>
        isUsable(secret) && timingSafeEqual(digest(key, pieces, secret, message.rawBody, timestamp), presented),
    );
    const secretIndex = matches.indexOf(true);
    return secretIndex < 0 ? { ok: false, reason: 'mismatch' } : { ok: true, secretIndex };
  },
  sign(scheme, entry, request, now) {
    const pieces = parseTemplate(scheme.signedBytes);
    const [key] = scheme.keys;
    const secret = entry.secrets[0];
    if (!pieces || !key || !isUsable(secret)) throw unusable(entry);
    const timestamp = scheme.timestamp === null ? null : String(Math.floor(now.getTime() / 1000));
    const bytes = digest(key, pieces, secret, request.body, timestamp);
    const headers = { ...request.headers };
    const prefix = scheme.grammar.kind === 'plain' ? scheme.grammar.prefix : '';
    if ('header' in scheme.signature) headers[scheme.signature.header] = prefix + bytes.toString(scheme.encoding);
    const from = scheme.timestamp?.from;
    if (from && 'header' in from && timestamp !== null) headers[from.header] = timestamp;
    return { ...request, headers };
  },
};

function unusable({ provider }: SignatureEntry): Error {
  return new Error(`An entry of "${provider}" cannot sign: its template or its secret is unusable.`);
}

function isUsable(secret: unknown): secret is string {
  return typeof secret === 'string' && secret.trim() !== '';
}

function decodeSignature(scheme: SignedBytesScheme, key: KeyKind, text: string): Buffer | null {
  const prefix = scheme.grammar.kind === 'plain' ? scheme.grammar.prefix : '';
  if (!text.startsWith(prefix)) return null;
  const bytes = decodeStrictly(text.slice(prefix.length), scheme.encoding);
  return bytes?.length === DIGEST_BYTES[key.algorithm as HmacAlgorithm] ? bytes : null;
}

function timestampFault(
  scheme: SignedBytesScheme,
  text: string | null,
  now: SignedMessage['now'],
): SignatureFault | null {
  if (scheme.timestamp === null) return null;
  if (text === null || text === '') return 'missing_timestamp';
  if (!TIMESTAMP.test(text)) return 'malformed_timestamp';
  const age = Math.floor(now.getTime() / 1000) - Number(text);
  return age <= scheme.timestamp.past && -age <= scheme.timestamp.future ? null : 'timestamp_out_of_tolerance';
}

function digest(
  key: KeyKind,
  pieces: readonly TemplatePiece[],
  secret: string,
  rawBody: Buffer,
  timestamp: string | null,
): Buffer {
  const hmac = createHmac(key.algorithm.slice('hmac-'.length), Buffer.from(secret, 'utf8'));
  for (const piece of pieces) {
    if ('literal' in piece) hmac.update(piece.literal, 'utf8');
    else hmac.update(piece.value === 'raw' ? rawBody : Buffer.from(timestamp ?? '', 'latin1'));
  }
  return hmac.digest();
}
