import { describe, expect, it } from '@jest/globals';
import { compileWith } from './compile-workflow.js';

const compile = compileWith(new Map());

/** Faults as `pointer code`, of a document with this trigger. */
function faults(trigger: object): string[] {
  const result = compile({ trigger: { type: 'webhook', ...trigger }, nodes: [] });
  return result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`);
}

const signed = (entry: object): object => ({
  auth: [{ type: 'signature', provider: 'hmac', secrets: ['{{$env.S}}'], ...entry }],
});

describe('checkTrigger', () => {
  it.each<[string, object, string]>([
    ['a rate limit', { rateLimit: { requests: 1 } }, '/trigger/rateLimit not_supported'],
    ['concurrency', { concurrency: 20 }, '/trigger/concurrency not_supported'],
    ['order', { order: { key: 'x' } }, '/trigger/order not_supported'],
    ['priority', { priority: 5 }, '/trigger/priority not_supported'],
    ['batches', { splitBatch: true }, '/trigger/splitBatch not_supported'],
    [
      'a preset that is not built',
      { auth: [{ type: 'signature', provider: 'plaid', secrets: ['x'], foo: 1 }] },
      '/trigger/auth/0/provider not_supported',
    ],
    [
      'an unheard-of preset',
      { auth: [{ type: 'signature', provider: 'acme', secrets: ['x'] }] },
      '/trigger/auth/0/provider invalid',
    ],
    [
      'a property of another trigger',
      { type: 'schedule', repeat: '0 9 * * *', path: 'a' },
      '/trigger/path unknown_property',
    ],
    ['an unheard-of trigger', { type: 'pigeon' }, '/trigger/type invalid'],
  ])('refuses %s by its name', (_what, trigger, fault) => {
    expect(faults(trigger)).toEqual([fault]);
  });

  it.each<[string, object, string[]]>([
    ['no secrets', signed({ secrets: [] }), ['/trigger/auth/0/secrets invalid']],
    ['no list of secrets', { auth: [{ type: 'signature', provider: 'github' }] }, ['/trigger/auth/0/secrets missing']],
    ['a blank secret', signed({ secrets: [' '] }), ['/trigger/auth/0/secrets/0 invalid']],
    ['an empty secret beside a good one', signed({ secrets: ['a', ''] }), ['/trigger/auth/0/secrets/1 invalid']],
    ['signed bytes without the body', signed({ signedBytes: 'x' }), ['/trigger/auth/0/signedBytes invalid']],
    ['a timestamp that is not signed', signed({ timestampHeader: 'x-t' }), ['/trigger/auth/0/signedBytes invalid']],
    [
      'options for github',
      { auth: [{ type: 'signature', provider: 'github', secrets: ['a'], header: 'x' }] },
      ['/trigger/auth/0/header unknown_property'],
    ],
    ['a token nowhere', { auth: [{ type: 'token', value: 'x' }] }, ['/trigger/auth/0/header missing']],
    [
      'a token in two places',
      { auth: [{ type: 'token', header: 'x', query: 'y', value: 'x' }] },
      ['/trigger/auth/0 invalid'],
    ],
    [
      'a blank password',
      { auth: [{ type: 'basic', username: 'a', password: ' ' }] },
      ['/trigger/auth/0/password invalid'],
    ],
    [
      'a colon in a user name',
      { auth: [{ type: 'basic', username: 'a:b', password: 'p' }] },
      ['/trigger/auth/0/username invalid'],
    ],
    ['an empty address list', { auth: [{ type: 'ip', allow: [] }] }, ['/trigger/auth/0/allow invalid']],
    ['an unknown check', { auth: [{ type: 'magic' }] }, ['/trigger/auth/0/type invalid']],
    [
      'braces that hold no path',
      { auth: [{ type: 'token', header: 'x', value: '{{$env.A' }] },
      ['/trigger/auth/0/value syntax'],
    ],
  ])('refuses %s', (_what, trigger, expected) => {
    expect(faults(trigger)).toEqual(expected);
  });

  it.each(['192.0.2.0/24', '192.0.2.7', '2001:db8::/32', '::1', '::ffff:192.0.2.1', '0.0.0.0/0'])(
    'allows the range %s',
    (range) => {
      expect(faults({ auth: [{ type: 'ip', allow: [range] }] })).toEqual([]);
    },
  );

  it.each([
    '192.0.2',
    '010.0.0.1',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '0x7f.0.0.1',
    '2130706433',
    '2001:db8::/129',
    'fe80::1%eth0',
    '10.0.0.1x',
    '',
    'a/b/c',
    '1.2.3.4/24/1',
  ])('refuses the range %j', (range) => {
    expect(faults({ auth: [{ type: 'ip', allow: [range] }] })).toEqual(['/trigger/auth/0/allow/0 invalid']);
  });

  it.each<[string, object, string[]]>([
    ['a body limit beyond 25 MB', { bodyLimit: '26mb' }, ['/trigger/bodyLimit limit']],
    ['a body limit that is none', { bodyLimit: 'big' }, ['/trigger/bodyLimit invalid']],
    ['a wait beyond 120 s', { timeout: '121s' }, ['/trigger/timeout limit']],
    ['a wait without unit', { timeout: 10 }, ['/trigger/timeout wrong_type']],
    ['a window that is none', { dedup: { window: 'soon' } }, ['/trigger/dedup/window invalid']],
    ['a fixed dedup key', { dedup: { key: 'same' } }, ['/trigger/dedup/key invalid']],
    ['no method', { methods: [] }, ['/trigger/methods invalid']],
    ['a method twice', { methods: ['GET', 'GET'] }, ['/trigger/methods duplicate']],
    ['HEAD', { methods: ['HEAD'] }, ['/trigger/methods/0 invalid']],
    ['a schema that does not compile', { validate: { type: 'nope' } }, ['/trigger/validate invalid']],
    ['a filter without its calculation', { filter: {} }, ['/trigger/filter/calculation missing']],
    [
      'an unknown calculator',
      { filter: { calculation: { calculator: 'near', operands: [1, 2] } } },
      ['/trigger/filter/calculation/calculator invalid'],
    ],
    [
      'an expression that does not parse',
      { filter: { engine: 'math.js', expression: '1 +' } },
      ['/trigger/filter/expression syntax'],
    ],
    ['a mapping that is no path', { parse: { body: [{ path: 'a..b' }] } }, ['/trigger/parse/body/0/path syntax']],
    ['an origin with a path', { cors: { origins: ['https://a.b/c'] } }, ['/trigger/cors/origins/0 invalid']],
    ['a status out of range', { response: { status: 600 } }, ['/trigger/response/status invalid']],
    ['a cookie', { response: { headers: { 'Set-Cookie': 'a' } } }, ['/trigger/response/headers/Set-Cookie invalid']],
    [
      'a header with a line break',
      { response: { headers: { 'x-a': 'a\r\nb' } } },
      ['/trigger/response/headers/x-a invalid'],
    ],
    ['a node in an async answer', { response: { body: '{{$jobsMapByNodeKey.a}}' } }, ['/trigger/response invalid']],
  ])('refuses %s', (_what, trigger, expected) => {
    expect(faults(trigger)).toEqual(expected);
  });

  it('lets a sync default answer see the results of nodes', () => {
    expect(
      faults({ mode: 'sync', response: { status: '{{$jobsMapByNodeKey.a}}', body: '{{$jobsMapByNodeKey.a}}' } }),
    ).toEqual([]);
  });
});
