import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestGateway, type SendOptions, type TestGateway } from '../testing/start-test-gateway.js';

const SECRET = 'tök+en/value 1';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({
    secrets: { TOKEN: SECRET, SHORT: 'tok', GH: 'github-secret' },
    workflows: {
      open: {},
      token: { trigger: { auth: [{ type: 'token', query: 'key', value: '{{$env.TOKEN}}' }] } },
      header: { trigger: { auth: [{ type: 'token', header: 'X-Token', value: '{{$env.SHORT}}' }] } },
      github: { trigger: { auth: [{ type: 'signature', provider: 'github', secrets: ['{{$env.GH}}'] }] } },
    },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.storage.accepted.length = 0;
  gateway.storage.logged.length = 0;
});

const key = encodeURIComponent(SECRET);
const send = (path: string, options?: SendOptions) => gateway.send(path, options);
const accepted = () => gateway.storage.accepted[0]!;

describe('what is stored of a request', () => {
  it('names the secret that let it in', async () => {
    await send(`/api/webhooks/token?key=${key}`);
    await send('/api/webhooks/header', { headers: { 'x-token': 'tok' } });
    await send('/api/webhooks/open');
    expect(gateway.storage.accepted.map(({ secretName }) => secretName)).toEqual(['TOKEN', 'SHORT', null]);
  });

  it('masks a token by the name of its place, however short', async () => {
    await send('/api/webhooks/header', { headers: { 'X-Token': 'tok', 'x-other': 'tok' } });
    expect(accepted().request.headers).toMatchObject({ 'x-token': '***', 'x-other': 'tok' });
    expect(accepted().request.rawHeaders).toContainEqual(['X-Token', '***']);
  });

  it.each([
    ['as it is', Buffer.from(SECRET).toString('latin1')],
    ['in base64', `x ${Buffer.from(SECRET).toString('base64')}`],
    ['percent-encoded', `https://other.example/?t=${key}`],
    ['percent-encoded in another way', `https://other.example/?t=${key.replaceAll('%20', '+').toLowerCase()}`],
  ])('masks the value of a secret in any header, %s', async (_how, value) => {
    await send(`/api/webhooks/token?key=${key}`, { headers: { 'x-forwarded-uri': value, 'x-fine': 'value 1' } });
    expect(accepted().request.headers).toMatchObject({ 'x-forwarded-uri': '***', 'x-fine': 'value 1' });
  });

  it('masks the value of a secret in any part of the URL', async () => {
    await send(`/api/webhooks/token?key=${key}&copy=${key}&a=1&${key}&${key}=2`);
    expect(accepted().request.url).toBe('/api/webhooks/token?key=***&copy=***&a=1&***&***');
    await send(`/api/webhooks/${key}`);
    expect(gateway.storage.logged[0]).toMatchObject({ reason: 'unknown_webhook' });
  });

  it('masks it in refused requests too', async () => {
    await send('/api/webhooks/github?s=github-secret', { headers: { 'x-a': 'github-secret' }, body: '{}' });
    const [refused] = gateway.storage.logged;
    expect([refused!.url, refused!.reason]).toEqual(['/api/webhooks/github?s=***', 'invalid_signature']);
    expect(refused!.rawHeaders).toContainEqual(['x-a', '***']);
  });

  it('keeps what other workflows call secret', async () => {
    await send('/api/webhooks/open?s=github-secret');
    expect(accepted().request.url).toBe('/api/webhooks/open?s=github-secret');
  });
});
