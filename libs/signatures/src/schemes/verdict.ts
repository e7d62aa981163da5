import { createHash } from 'node:crypto';
import type { SignatureFault, SignatureVerdict } from '../contract.js';

/** A refusal with its reason. */
export function refused(reason: SignatureFault): SignatureVerdict & { ok: false } {
  return { ok: false, reason };
}

/**
 * The refusal of an entry without a usable key. The bytes are hashed all the same, so that the time taken does not tell
 * an entry that is not set up from a wrong signature.
 */
export function misconfigured(bytes: Buffer | string): SignatureVerdict & { ok: false } {
  createHash('sha256').update(bytes).digest();
  return refused('misconfigured');
}
