import { createHmac, timingSafeEqual } from 'node:crypto';

const KEY = Buffer.alloc(32, 1);
const OTHER = Buffer.alloc(32);

/** Does the work of one comparison where there is nothing to compare. */
export type SpendComparison = (rawBody: Buffer) => void;

/**
 * Hashes the body as a check would: a refusal for want of a secret or of a signature takes as long as one for a wrong
 * signature, and so tells nobody which it was.
 */
export const spendComparison: SpendComparison = (rawBody) => {
  timingSafeEqual(createHmac('sha256', KEY).update(rawBody).digest(), OTHER);
};
