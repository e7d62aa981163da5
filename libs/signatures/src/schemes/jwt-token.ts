import type { JsonObject } from '#shared';
import { decodeStrictly } from '../bytes.js';
import type { SignatureFault } from '../contract.js';
import { memberOf, readJsonObject } from './json-text.js';

/** A token taken apart; nothing of it is trusted yet. */
export interface JwtParts {
  algorithm: string;
  keyId: string | null;
  claims: JsonObject;
  signedBytes: Buffer;
  signature: Buffer;
}

/** What a token's claims have to say. */
export interface JwtExpectation {
  issuer: string | null;
  /** Empty: nobody in particular. */
  audiences: readonly string[];
  /** Seconds that clocks may differ. */
  leeway: number;
  requireExpiry: boolean;
}

const MOST_CHARACTERS = 8192;
const PART = /^[A-Za-z0-9_-]+$/;

/**
 * Takes a compact JWS apart (RFC 7515): three parts in base64url without padding. Null for anything else, and for a
 * token with `crit`: it asks for an extension to be understood, and none is.
 */
export function readJwt(token: string): JwtParts | null {
  if (token.length > MOST_CHARACTERS) return null;
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  const [head, claims, signature] = parts.map((part) => (PART.test(part) ? decodeStrictly(part, 'base64url') : null));
  const header = head ? readJsonObject(head) : null;
  const body = claims ? readJsonObject(claims) : null;
  if (!header || !body || !signature) return null;
  const named = readHeader(header);
  return named && { ...named, claims: body, signature, signedBytes: Buffer.from(`${parts[0]}.${parts[1]}`, 'latin1') };
}

/** What is wrong with a token's claims (RFC 7519, section 4.1); null when nothing is. */
export function claimsFault(claims: JsonObject, expected: JwtExpectation, now: Date): SignatureFault | null {
  return timeFault(claims, expected, Math.floor(now.getTime() / 1000)) ?? partyFault(claims, expected);
}

function readHeader(header: JsonObject): Pick<JwtParts, 'algorithm' | 'keyId'> | null {
  const algorithm = memberOf(header, 'alg');
  const keyId = memberOf(header, 'kid') ?? null;
  if (typeof algorithm !== 'string' || Object.hasOwn(header, 'crit')) return null;
  return keyId === null || typeof keyId === 'string' ? { algorithm, keyId } : null;
}

function timeFault(claims: JsonObject, { leeway, requireExpiry }: JwtExpectation, now: number): SignatureFault | null {
  const times = [memberOf(claims, 'exp'), memberOf(claims, 'nbf'), memberOf(claims, 'iat')];
  if (times.some((time) => time !== undefined && typeof time !== 'number')) return 'malformed_timestamp';
  const [expires, notBefore, issued] = times as (number | undefined)[];
  if (expires === undefined && requireExpiry) return 'missing_timestamp';
  const isOver = expires !== undefined && expires <= now - leeway;
  const isEarly = [notBefore, issued].some((time) => time !== undefined && time > now + leeway);
  return isOver || isEarly ? 'timestamp_out_of_tolerance' : null;
}

function partyFault(claims: JsonObject, { issuer, audiences }: JwtExpectation): SignatureFault | null {
  if (issuer !== null && memberOf(claims, 'iss') !== issuer) return 'wrong_issuer';
  if (audiences.length === 0) return null;
  const named = memberOf(claims, 'aud');
  const list = Array.isArray(named) ? named : [named];
  return audiences.some((audience) => list.includes(audience)) ? null : 'wrong_audience';
}
