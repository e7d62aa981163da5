import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signed } from '../testing/sign.js';
import { startTestGateway, type SendOptions, type TestGateway } from '../testing/start-test-gateway.js';
import { registerPresets } from '../testing/test-presets.js';

const json = { 'content-type': 'application/json' };
const HOST = 'sns\\.[a-z0-9-]{3,}\\.amazonaws\\.com';
const CONFIRM = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
const secrets = { TOKEN: 'verify-me', KEY: 'signing-key', NOTION: '' };
let gateway: TestGateway;
let unregister: () => void;
/** URLs that were called. */
const called: string[] = [];
let isAway = false;

beforeAll(async () => {
  unregister = registerPresets(
    {
      name: 'test-meta',
      options: { properties: { verifyToken: { type: 'string', pattern: '\\S' } }, required: ['verifyToken'] },
      handshakes: [
        {
          unsigned: true,
          match: { method: 'GET', query: 'hub.challenge' },
          answer: {
            kind: 'echo',
            value: { query: 'hub.challenge' },
            as: 'text',
            token: { value: { query: 'hub.verify_token' }, option: 'verifyToken' },
          },
        },
      ],
    },
    {
      name: 'test-confirm',
      handshakes: [
        {
          unsigned: false,
          match: { json: { path: 'Type', equals: 'SubscriptionConfirmation' } },
          answer: { kind: 'confirm-subscription', url: { json: 'SubscribeURL' }, rule: { host: HOST, pathSuffix: '' } },
        },
      ],
    },
  );
  const preset = (provider: string, more: object, trigger: object = {}) => ({
    trigger: { ...trigger, auth: [{ type: 'signature', provider, ...more }] },
  });
  const key = { secrets: ['{{$env.KEY}}'] };
  gateway = await startTestGateway({
    secrets,
    fetchUrl: async (url) => {
      called.push(url.href);
      if (isAway) throw new Error('away');
      return Buffer.alloc(0);
    },
    workflows: {
      meta: preset('test-meta', { ...key, verifyToken: '{{$env.TOKEN}}' }),
      'meta-gone': preset('test-meta', { ...key, verifyToken: '{{$env.GONE}}' }),
      'meta-both': preset('test-meta', { ...key, verifyToken: '{{$env.TOKEN}}' }, { methods: ['GET', 'POST'] }),
      confirm: preset('test-confirm', key),
      notion: preset('notion', { secrets: ['{{$env.NOTION}}'] }),
      'notion-race': preset('notion', { secrets: ['{{$env.RACE}}'] }),
      slack: preset('slack', key),
      events: preset('cloudevents', { allowedOrigins: ['sender.example'] }, { cors: { origins: ['*'] } }),
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  unregister();
});
beforeEach(async () => {
  gateway.storage.accepted.length = 0;
  gateway.storage.logged.length = 0;
  called.length = 0;
  isAway = false;
});

const send = (path: string, options?: SendOptions) => gateway.send(`/api/webhooks/${path}`, options);
const get = (path: string) => send(path, { method: 'GET' });
const lastLogged = () => gateway.storage.logged.at(-1);
const challenge = (text: string, token = 'verify-me') =>
  `?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=${encodeURIComponent(text)}`;

describe('T17: a probe that proves itself', () => {
  it('is echoed as text that no browser takes for a page, and starts nothing', async () => {
    const answer = await get(`meta${challenge('<script>1</script>')}`);
    expect([answer.status, answer.text]).toEqual([200, '<script>1</script>']);
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.headers['x-execution-id']).toBeUndefined();
    expect([lastLogged()!.verdict, lastLogged()!.gate, gateway.storage.accepted]).toEqual(['handshake', 11, []]);
  });

  it('leaves its token in no log', async () => {
    await get(`meta${challenge('x')}`);
    await get(`meta${challenge('x', 'short')}`);
    for (const { url } of gateway.storage.logged) expect(url).toContain('hub.verify_token=***');
  });

  it.each([
    ['with a wrong token', challenge('x', 'wrong'), 403, 'handshake_refused', 11],
    ['without a token', '?hub.challenge=x', 403, 'handshake_refused', 11],
    ['with two tokens', `${challenge('x')}&hub.verify_token=verify-me`, 403, 'handshake_refused', 11],
    ['of 10 kB', challenge('x'.repeat(7_000)), 400, 'malformed_handshake', 11],
  ])('is refused %s', async (_how, query, status, code, gate) => {
    const answer = await get(`meta${query}`);
    expect([answer.status, answer.json().code]).toEqual([status, code]);
    expect(lastLogged()).toMatchObject({ verdict: 'refused', gate, reason: code });
  });

  it('is refused when the token to compare with is gone', async () => {
    expect((await get(`meta-gone${challenge('x', '')}`)).status).toBe(403);
    expect((await get(`meta-gone${challenge('x', '{{$env.GONE}}')}`)).status).toBe(403);
  });

  it('is the only thing that its method is let in for', async () => {
    const plain = await get('meta?hub.mode=subscribe');
    expect([plain.status, plain.json().code, plain.headers.allow]).toEqual([405, 'method_not_allowed', 'POST']);
    expect((await send(`meta${challenge('x')}`, { method: 'PUT' })).status).toBe(405);
    expect((await send(`meta${challenge('x')}`, { method: 'HEAD' })).status).toBe(405);
    expect((await get('meta-both')).status).toBe(401);
  });
});

describe('a secret that a probe brings', () => {
  const deliver = (path: string, token: string) =>
    send(path, { headers: json, body: JSON.stringify({ verification_token: token }) });
  const event = Buffer.from('{"id":"e1","type":"page.created"}');

  it('is kept while there is none, never replaced, and signs from then on', async () => {
    const first = 'secret_first0123456789';
    expect((await send('notion', signed({ provider: 'notion', secrets: [first] }, event))).status).toBe(401);
    await gateway.setSecrets({ TOKEN: secrets.TOKEN, KEY: secrets.KEY });
    const kept = await deliver('notion', first);
    expect([kept.status, kept.headers['x-execution-id'], lastLogged()!.gate]).toEqual([200, undefined, 11]);
    const other = await deliver('notion', 'secret_other0123456789');
    expect([other.status, other.json().code]).toEqual([403, 'handshake_refused']);
    while (gateway.services.directory.env.NOTION === undefined) await new Promise(setImmediate);
    expect((await send('notion', signed({ provider: 'notion', secrets: [first] }, event))).status).toBe(200);
    expect(gateway.storage.accepted[0]).toMatchObject({ secretName: 'NOTION', request: { deliveryId: 'e1' } });
    expect((await deliver('notion', 'secret_other0123456789')).status).toBe(403);
  });

  it('is one of those that come at once', async () => {
    const tokens = Array.from({ length: 10 }, (_, at) => `secret_race_0123456789_${at}`);
    const answers = await Promise.all(tokens.map((token) => deliver('notion-race', token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(403)]);
  });

  it.each([
    ['blank', ''],
    ['endless', 'x'.repeat(5_000)],
    ['of two lines', 'line\nbreak_0123456789'],
  ])('is refused when it is %s', async (_what, token) => {
    await gateway.setSecrets({ TOKEN: secrets.TOKEN, KEY: secrets.KEY, AT: String(Math.random()) });
    expect([400, 401, 403]).toContain((await deliver('notion', token)).status);
    expect(gateway.services.directory.env.NOTION).toBeUndefined();
  });
});

describe('a signed probe', () => {
  const confirmation = (url: string) => JSON.stringify({ Type: 'SubscriptionConfirmation', SubscribeURL: url });
  const entry = { provider: 'test-confirm', secrets: ['signing-key'] };

  it('is answered by its preset only after its signature', async () => {
    const body = '{"type":"url_verification","challenge":"c"}';
    const answer = await send('slack', signed({ provider: 'slack', secrets: ['signing-key'] }, body));
    expect([answer.status, answer.text.includes('c'), lastLogged()!.gate]).toEqual([200, true, 13]);
    expect((await send('slack', { headers: json, body })).status).toBe(401);
    expect(gateway.storage.accepted).toEqual([]);
  });

  it('of a subscription is confirmed before it is answered', async () => {
    const answer = await send('confirm', signed(entry, confirmation(CONFIRM)));
    expect([answer.status, called, lastLogged()!.gate]).toEqual([200, [CONFIRM], 13]);
    expect(answer.headers['x-execution-id']).toBeUndefined();
  });

  it('of a subscription comes again when it could not be confirmed', async () => {
    isAway = true;
    const answer = await send('confirm', signed(entry, confirmation(CONFIRM)));
    expect([answer.status, answer.json().code]).toEqual([503, 'handshake_unconfirmed']);
    expect(answer.headers['retry-after']).toBeDefined();
  });

  it.each([
    'http://169.254.169.254/',
    `https://evil.tld/?x=${CONFIRM}`,
    'https://sns.eu-west-1.amazonaws.com.evil.tld/',
  ])('T16: of a subscription calls nobody at %s', async (url) => {
    const answer = await send('confirm', signed(entry, confirmation(url)));
    expect([answer.status, called]).toEqual([403, []]);
  });

  it('of a subscription without a signature calls nobody', async () => {
    expect((await send('confirm', { headers: json, body: confirmation(CONFIRM) })).status).toBe(401);
    expect(called).toEqual([]);
  });
});

describe('OPTIONS', () => {
  const ask = (headers: Record<string, string>) => send('events', { method: 'OPTIONS', headers });

  it('is a probe where it names an origin of events', async () => {
    const answer = await ask({ 'webhook-request-origin': 'sender.example' });
    expect([answer.status, answer.headers['webhook-allowed-origin']]).toEqual([200, 'sender.example']);
    expect(lastLogged()).toMatchObject({ verdict: 'handshake', gate: 11 });
    const foreign = await ask({ 'webhook-request-origin': 'evil.example' });
    expect([foreign.status, foreign.headers['webhook-allowed-origin']]).toEqual([403, undefined]);
  });

  it('is a preflight or a question for methods otherwise', async () => {
    const preflight = await ask({ origin: 'https://shop.example', 'access-control-request-method': 'POST' });
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).toEqual([204, 'POST']);
    const plain = await send('slack', { method: 'OPTIONS', headers: { 'webhook-request-origin': 'sender.example' } });
    expect([plain.status, plain.headers.allow]).toEqual([204, 'POST']);
  });
});
