import { describe, expect, it } from '@jest/globals';
import { checkAuthEntry } from './check-auth.js';

/** Faults as `pointer code`. */
const faults = (entry: object): string[] =>
  checkAuthEntry(entry as never, '/a').map(({ pointer, code }) => `${pointer} ${code}`);
const signature = (provider: string, more: object = {}) => ({ type: 'signature', provider, ...more });
const secrets = ['{{$env.S}}'];
const jwt = { type: 'jwt', algorithms: ['RS256'], publicKey: '{{$env.KEY}}', issuer: 'i', audience: 'a', leeway: 30 };

describe('an entry of auth', () => {
  it.each<[string, object]>([
    ['a bearer token, as the short form', jwt],
    [
      'a bearer token by the URL of its keys',
      { type: 'jwt', algorithms: ['ES256'], jwksUrl: 'https://id.example/keys' },
    ],
    ['a bearer token with shared secrets', { type: 'jwt', algorithms: ['HS256'], secrets }],
    ['a bearer token, as a preset', signature('jwt', { algorithms: ['RS256'], publicKey: 'x' })],
    ['options that are templates', signature('square', { secrets, url: '{{$env.URL}}' })],
    ['a template in a list', signature('cloudevents', { allowedOrigins: ['{{$env.ORIGIN}}'] })],
    ['a secret that a handshake brings', signature('notion', { secrets: ['{{ $env.NOTION_TOKEN }}'] })],
    ['a preset whose secret is optional', signature('cloudevents')],
  ])('may be %s', (_what, entry) => {
    expect(faults(entry)).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    ['a bearer token without a key', { type: 'jwt', algorithms: ['RS256'] }, ['/a/secrets missing']],
    ['a bearer token with two keys', { ...jwt, secrets }, ['/a invalid']],
    ['a bearer token of no algorithm', { ...jwt, algorithms: [] }, ['/a/algorithms invalid']],
    ['a bearer token of algorithm none', { ...jwt, algorithms: ['none'] }, ['/a/algorithms/0 invalid']],
    ['a bearer token without algorithms', { type: 'jwt', publicKey: 'x' }, ['/a/algorithms missing']],
    ['a bearer token with a provider', { ...jwt, provider: 'jwt' }, ['/a/provider unknown_property']],
    ['keys over plain HTTP', { type: 'jwt', algorithms: ['RS256'], jwksUrl: 'http://x/' }, ['/a/jwksUrl invalid']],
    ['a number as a template', signature('hmac', { secrets, tolerance: '{{$env.T}}' }), ['/a/tolerance wrong_type']],
    ['a choice as a template', signature('hmac', { secrets, algorithm: '{{$env.A}}' }), ['/a/algorithm invalid']],
    ['a header name as a template', signature('hmac', { secrets, header: '{{$env.H}}' }), ['/a/header invalid']],
    ['no name for a delivered secret', signature('notion'), ['/a/secrets missing']],
    [
      'two names for a delivered secret',
      signature('notion', { secrets: ['{{$env.A}}', '{{$env.B}}'] }),
      ['/a/secrets invalid', '/a/secrets limit'],
    ],
    ['a delivered secret as written', signature('notion', { secrets: ['abc'] }), ['/a/secrets invalid']],
    ['a delivered secret with more', signature('notion', { secrets: ['x{{$env.A}}'] }), ['/a/secrets invalid']],
    [
      'a secret from the request',
      signature('github', { secrets: ['{{$context.headers.x}}'] }),
      ['/a/secrets/0 invalid'],
    ],
    [
      'an option from the request',
      signature('square', { secrets, url: 'https://{{$context.headers.host}}/' }),
      ['/a/url invalid'],
    ],
    ['a token from the request', { type: 'token', header: 'x', value: '{{$context.query.v}}' }, ['/a/value invalid']],
    [
      'a name that only begins like it',
      { type: 'token', header: 'x', value: '{{$environment.V}}' },
      ['/a/value invalid'],
    ],
    ['a preset of a prototype', signature('__proto__', { secrets }), ['/a/provider invalid']],
    ['a type of a prototype', { type: 'constructor' }, ['/a/type invalid']],
  ])('cannot be %s', (_what, entry, expected) => {
    expect(faults(entry).sort()).toEqual(expected);
  });

  it.each(['square', 'github', 'discord', 'twilio', 'hmac', 'gitlab'])(
    'T02: of %s cannot be stored without its secret',
    (provider) => {
      const blank = [undefined, null, [], [''], ['  '], '{{$env.S}}'].map((value) => ({ secrets: value }));
      for (const more of [{}, ...blank.slice(1)]) {
        expect(faults(signature(provider, more)).some((fault) => fault.startsWith('/a/secrets'))).toBe(true);
      }
    },
  );
});
