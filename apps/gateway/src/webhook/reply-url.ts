import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '#shared';

/** How long a reply URL works. Milliseconds. */
const VALID_FOR = 24 * 3_600_000;

/** Path of an execution's reply with its token: an HMAC over id and expiry, so that ids cannot be guessed into answers. */
export function replyPath(key: Buffer, executionId: string, now: Date): string {
  const expiry = Math.floor((now.getTime() + VALID_FOR) / 1000);
  return `/api/replies/${executionId}?token=${expiry}.${signature(key, executionId, expiry)}`;
}

/** True for a token made by {@link replyPath} for this execution that has not expired. */
export function isReplyToken(key: Buffer, executionId: string, token: unknown, now: Date): boolean {
  const match = typeof token === 'string' ? /^([1-9]\d{9,10})\.([\w-]{43})$/.exec(token) : null;
  if (!match) return false;
  const expiry = Number(match[1]);
  return equalInConstantTime(signature(key, executionId, expiry), match[2]!) && expiry * 1000 > now.getTime();
}

function signature(key: Buffer, executionId: string, expiry: number): string {
  return createHmac('sha256', key).update(`${executionId}.${expiry}`).digest('base64url');
}
