import { describe, expect, it } from '@jest/globals';
import { verifyToken } from './token.js';

describe('verifyToken', () => {
  it('accepts the configured token only', () => {
    expect(verifyToken('t0ken', 't0ken')).toBe(true);
    expect(verifyToken('t0ken', 'T0ken')).toBe(false);
    expect(verifyToken('t0ken', 't0ken, t0ken')).toBe(false);
  });

  it.each(['', ' '])('refuses everything when the configured token is %p', (configured) => {
    expect(verifyToken(configured, configured)).toBe(false);
  });

  it('refuses when nothing is presented', () => {
    expect(verifyToken('t', undefined)).toBe(false);
    expect(verifyToken('t', '')).toBe(false);
  });
});
