import { describe, expect, it } from '@jest/globals';
import { isReplyToken, replyPath } from './reply-url.js';

const key = Buffer.alloc(32, 3);
const now = new Date('2026-03-01T00:00:00Z');
const token = new URL(replyPath(key, 'one', now), 'http://x').searchParams.get('token')!;
const hoursLater = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

describe('a reply token', () => {
  it('opens its own execution until it expires', () => {
    expect(isReplyToken(key, 'one', token, now)).toBe(true);
    expect(isReplyToken(key, 'one', token, hoursLater(23))).toBe(true);
    expect(isReplyToken(key, 'one', token, hoursLater(24))).toBe(false);
  });

  it('opens no other execution, nor under another key or a later expiry', () => {
    const [expiry, mac] = token.split('.');
    expect(isReplyToken(key, 'two', token, now)).toBe(false);
    expect(isReplyToken(Buffer.alloc(32, 4), 'one', token, now)).toBe(false);
    expect(isReplyToken(key, 'one', `${Number(expiry) + 1}.${mac}`, now)).toBe(false);
  });

  it.each([undefined, '', '.', ['a', 'b'], 'x'.repeat(1_000), `${token}x`])('is not %p', (presented) => {
    expect(isReplyToken(key, 'one', presented, now)).toBe(false);
  });
});
