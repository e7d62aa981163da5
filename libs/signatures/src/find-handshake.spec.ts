import { describe, expect, it } from '@jest/globals';
import { findHandshake } from './find-handshake.js';

describe('findHandshake', () => {
  it("answers GitHub's ping", () => {
    expect(findHandshake('github', { 'x-github-event': 'ping' })).toMatchObject({ status: 200, body: 'pong' });
  });

  it('takes other events, doubled headers and other providers for no handshake', () => {
    expect(findHandshake('github', { 'x-github-event': 'push' })).toBeNull();
    expect(findHandshake('github', { 'x-github-event': 'ping, push' })).toBeNull();
    expect(findHandshake('hmac', { 'x-github-event': 'ping' })).toBeNull();
    expect(findHandshake('nobody', { 'x-github-event': 'ping' })).toBeNull();
  });
});
