import { describe, expect, it } from '@jest/globals';
import type { SignatureVerdict } from '../contract.js';
import { verifySignature } from '../verify.js';

const noKeys = () => Promise.resolve(null);
const mismatch = { ok: false, reason: 'mismatch' };
const missing = { ok: false, reason: 'missing_signature' };
const misconfigured = { ok: false, reason: 'misconfigured' };

function verify(
  provider: string,
  secrets: string[],
  { headers = {}, query = '', options = {} }: { headers?: Record<string, string>; query?: string; options?: object },
): SignatureVerdict {
  const url = `https://h.example/a${query}`;
  const message = { method: 'POST', url, headers, rawBody: Buffer.alloc(0), now: new Date(0) };
  return verifySignature({ provider, secrets, options: options as never }, message, noKeys) as SignatureVerdict;
}

describe('the preset token', () => {
  it('reads the header that the options name, in any case', () => {
    const options = { header: 'X-Token' };
    expect(verify('token', ['old', 'new'], { headers: { 'x-token': 'new' }, options })).toEqual({
      ok: true,
      secretIndex: 1,
    });
    expect(verify('token', ['old'], { headers: { 'x-token': 'old, old' }, options })).toEqual(mismatch);
    expect(verify('token', ['old'], { headers: { 'x-token': 'OLD' }, options })).toEqual(mismatch);
    expect(verify('token', ['old'], { headers: {}, options })).toEqual(missing);
  });

  it('reads the query parameter that the options name, which may be there once', () => {
    const options = { query: 'key' };
    expect(verify('token', ['a b'], { query: '?key=a%20b', options })).toMatchObject({ ok: true });
    expect(verify('token', ['a'], { query: '?key=a&key=a', options })).toEqual(missing);
    expect(verify('token', ['a'], { query: '?key=b', options })).toEqual(mismatch);
  });

  it.each([{}, { header: 'x-token', query: 'key' }, { header: 7 }])(
    'refuses everything with the options %j',
    (options) => {
      expect(verify('token', ['a'], { headers: { 'x-token': 'a' }, query: '?key=a', options })).toEqual(misconfigured);
    },
  );
});

describe('a bearer token of CloudEvents', () => {
  const bearer = (text: string) => verify('cloudevents', ['t0ken'], { headers: { authorization: text } });

  it('takes the scheme word in any case, and must have it', () => {
    expect(bearer('Bearer t0ken')).toMatchObject({ ok: true });
    expect(bearer('bEARER t0ken')).toMatchObject({ ok: true });
    for (const text of ['t0ken', 'Basic t0ken', 'Bearert0ken', 'Bearer']) expect(bearer(text)).toEqual(missing);
    expect(bearer('Bearer t0ken, Bearer t0ken')).toEqual(mismatch);
  });

  it('may stand in the query in its place', () => {
    expect(verify('cloudevents', ['t0ken'], { query: '?access_token=t0ken' })).toMatchObject({ ok: true });
  });

  it('is asked for only where one is configured; a blank one is configured', () => {
    expect(verify('cloudevents', [], {})).toEqual({ ok: true, secretIndex: null });
    expect(verify('cloudevents', [''], {})).toEqual(misconfigured);
  });
});

describe('the preset basic', () => {
  const header = (text: string) => ({ headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } });

  it('splits secrets at the first colon and tells which fits', () => {
    expect(verify('basic', ['ann:x', 'bob:a:b'], header('bob:a:b'))).toEqual({ ok: true, secretIndex: 1 });
    expect(verify('basic', ['bob:a:b'], header('bob:a'))).toEqual(mismatch);
    expect(verify('basic', ['bob:x'], {})).toEqual(missing);
    expect(verify('basic', ['bob:x'], { headers: { authorization: 'Bearer x' } })).toEqual({
      ok: false,
      reason: 'malformed_signature',
    });
  });

  it.each(['', ':', 'bob', 'bob:', 'bob: ', ':x'])('refuses everything with the secret %j', (secret) => {
    expect(verify('basic', [secret], header(secret))).toEqual(misconfigured);
  });
});
