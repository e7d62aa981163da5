import { describe, expect, it } from '@jest/globals';
import { BlockedTarget } from '#shared';
import type { Exchange } from './http-exchange.js';
import { followRedirect } from './http-redirect.js';

const request = (method: string): Exchange => ({
  url: new URL('https://a.example/one/two?q=1'),
  method,
  headers: { Authorization: 'Bearer x', cookie: 's=1', 'Content-Type': 'text/plain', 'x-api': '1' },
  body: 'body',
});

describe('followRedirect', () => {
  it.each([
    [301, 'POST', 'GET', null],
    [302, 'POST', 'GET', null],
    [303, 'POST', 'GET', null],
    [303, 'PUT', 'GET', null],
    [303, 'HEAD', 'HEAD', 'body'],
    [301, 'PUT', 'PUT', 'body'],
    [302, 'DELETE', 'DELETE', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
  ])('turns %i of %s into %s', (status, from, to, body) => {
    expect(followRedirect(request(from), status, '/x')).toMatchObject({ method: to, body });
  });

  it('drops what describes the body when the body is dropped', () => {
    expect(Object.keys(followRedirect(request('POST'), 303, '/x').headers)).toEqual([
      'Authorization',
      'cookie',
      'x-api',
    ]);
  });

  it.each(['https://b.example/', '//b.example/', 'https://a.example:8443/'])(
    'keeps credentials from the other origin %s',
    (location) => {
      expect(Object.keys(followRedirect(request('GET'), 302, location).headers)).toEqual(['Content-Type', 'x-api']);
    },
  );

  it('keeps keys under names of their own from another origin, and nothing else', () => {
    const names = [
      'x-api-key',
      'apikey',
      'private-token',
      'x-auth-token',
      'x-amz-security-token',
      'idempotency-key',
      'x-key',
    ];
    const headers = Object.fromEntries(names.map((name) => [name, 'v']));
    const next = followRedirect({ ...request('GET'), headers }, 302, 'https://b.example/');
    expect(Object.keys(next.headers)).toEqual(['idempotency-key', 'x-key']);
  });

  it('does not leave TLS', () => {
    for (const location of ['http://a.example/', 'http://b.example/']) {
      expect(() => followRedirect(request('GET'), 302, location)).toThrow(BlockedTarget);
    }
  });

  it('resolves relative locations and keeps credentials on the same origin', () => {
    const next = followRedirect(request('GET'), 302, '../three?r=2');
    expect(next.url.href).toBe('https://a.example/three?r=2');
    expect(next.headers).toMatchObject({ Authorization: 'Bearer x', cookie: 's=1' });
  });

  it('throws when the location is no URL', () => {
    expect(() => followRedirect(request('GET'), 302, 'http://[')).toThrow('Invalid URL');
  });
});
