import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeStrictly } from '../bytes.js';
import type { HmacScheme, SignatureFault, SignatureHeaders } from '../contract.js';
import { parseSignedBytes, type SignedPiece } from './signed-bytes.js';

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;
const MAX_TEMPLATES = 500;

/** Unix seconds without sign, leading zero, exponent or other script's digits. */
const TIMESTAMP = /^[1-9][0-9]{0,10}$/;

type HmacVerdict = { ok: true; secretIndex: number } | { ok: false; reason: SignatureFault };
interface HmacMessage {
  rawBody: Buffer;
  headers: SignatureHeaders;
  now: Date;
}

/**
 * Verifies an HMAC signature (RFC 2104) over the raw body. Any of the secrets may match, all are tried; blank ones
 * never do, and without a usable one everything is refused. Never throws.
 */
export function verifyHmac(scheme: HmacScheme, secrets: readonly string[], message: HmacMessage): HmacVerdict {
  const pieces = piecesOf(scheme);
  if (!pieces || !secrets.some(isUsable)) return { ok: false, reason: 'misconfigured' };
  const text = message.headers[scheme.header];
  if (!text) return { ok: false, reason: 'missing_signature' };
  const presented = decodeSignature(scheme, text);
  if (!presented) return { ok: false, reason: 'malformed_signature' };
  const fault = timestampFault(scheme, message);
  if (fault) return { ok: false, reason: fault };
  const timestamp = timestampText(scheme, message) ?? '';
  // All are tried: the time taken tells nothing about which one matched.
  const matches = secrets.map((secret) => {
    return isUsable(secret) && timingSafeEqual(digest(scheme, pieces, secret, message.rawBody, timestamp), presented);
  });
  const secretIndex = matches.indexOf(true);
  return secretIndex < 0 ? { ok: false, reason: 'mismatch' } : { ok: true, secretIndex };
}

/**
 * The headers a sender would add: the signature, and the timestamp where one is signed.
 * @throws Error when the scheme or the secret cannot sign
 */
export function signHmac(scheme: HmacScheme, secret: string, rawBody: Buffer, now: Date): Record<string, string> {
  const pieces = piecesOf(scheme);
  if (!pieces || !isUsable(secret)) throw new Error('This scheme cannot sign: its template or its secret is unusable.');
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const bytes = digest(scheme, pieces, secret, rawBody, timestamp);
  return {
    [scheme.header]: scheme.prefix + bytes.toString(scheme.encoding),
    ...(scheme.timestampHeader === null ? {} : { [scheme.timestampHeader]: timestamp }),
  };
}

function isUsable(secret: unknown): secret is string {
  return typeof secret === 'string' && secret.trim() !== '';
}

const parsed = new Map<string, readonly SignedPiece[] | null>();

/** Null when the scheme contradicts itself: a timestamp that is required but not signed, or signed but not named. */
function piecesOf(scheme: HmacScheme): readonly SignedPiece[] | null {
  let pieces = parsed.get(scheme.signedBytes);
  if (pieces === undefined) {
    if (parsed.size >= MAX_TEMPLATES) parsed.clear();
    parsed.set(scheme.signedBytes, (pieces = parseSignedBytes(scheme.signedBytes)));
  }
  if (!pieces || !(scheme.algorithm in DIGEST_BYTES)) return null;
  const signsTimestamp = pieces.some((piece) => 'value' in piece && piece.value === 'timestamp');
  return signsTimestamp === (scheme.timestampHeader !== null) ? pieces : null;
}

function decodeSignature(scheme: HmacScheme, text: string): Buffer | null {
  if (!text.startsWith(scheme.prefix)) return null;
  const bytes = decodeStrictly(text.slice(scheme.prefix.length), scheme.encoding);
  return bytes?.length === DIGEST_BYTES[scheme.algorithm] ? bytes : null;
}

function timestampText({ timestampHeader }: HmacScheme, { headers }: HmacMessage): string | undefined {
  return timestampHeader === null ? undefined : headers[timestampHeader];
}

function timestampFault(scheme: HmacScheme, message: HmacMessage): SignatureFault | null {
  if (scheme.timestampHeader === null) return null;
  const text = timestampText(scheme, message);
  if (text === undefined || text === '') return 'missing_timestamp';
  if (!TIMESTAMP.test(text)) return 'malformed_timestamp';
  const away = Math.abs(Math.floor(message.now.getTime() / 1000) - Number(text));
  return away <= scheme.tolerance ? null : 'timestamp_out_of_tolerance';
}

function digest(
  scheme: HmacScheme,
  pieces: readonly SignedPiece[],
  secret: string,
  rawBody: Buffer,
  timestamp: string,
): Buffer {
  const hmac = createHmac(scheme.algorithm, Buffer.from(secret, 'utf8'));
  for (const piece of pieces) {
    if ('literal' in piece) hmac.update(piece.literal, 'utf8');
    else hmac.update(piece.value === 'raw' ? rawBody : Buffer.from(timestamp, 'latin1'));
  }
  return hmac.digest();
}
