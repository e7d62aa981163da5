import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

const TOKEN = 'T0KEN-0123456789';
const slack = { type: 'slack', url: `https://hooks.example.com/services/${TOKEN}` };
const email = {
  type: 'email',
  provider: { host: 'smtp.example.com', port: 587, secure: false, auth: { user: 'u', pass: TOKEN } },
  from: 'Ops <ops@example.com>',
  to: ['ann@example.com'],
};
const webhook = {
  type: 'webhook',
  url: `https://a.example.com/x?token=${TOKEN}`,
  method: 'POST',
  headers: [
    { name: 'Authorization', value: `Bearer ${TOKEN}` },
    { name: 'x-key', value: '{{$env.KEY}}' },
  ],
  body: { text: '{{text}}', apiKey: TOKEN, nested: [{ password: TOKEN }] },
  secret: TOKEN,
};
const sms = { type: 'sms', url: 'https://sms.example.com/send', body: `to={{to}}&text={{text}}&api_key=${TOKEN}` };

describe('channels', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  const put = (name: string, body: unknown) => test.call('PUT', `/api/v1/channels/${name}`, { body });
  const stored = async (name: string) => (await test.storage.channels.find(name))?.config;

  it.each([slack, email, webhook, sms])('show no credential: %j', async (channel) => {
    const created = await put('ops', channel);
    const replaced = await put('ops', channel);
    const read = await test.call('GET', '/api/v1/channels/ops');
    const list = await test.call('GET', '/api/v1/channels');
    expect([created.status, replaced.status, read.status, list.status]).toEqual([201, 200, 200, 200]);
    for (const { text } of [created, replaced, read, list]) expect(text).not.toContain(TOKEN);
    expect(JSON.stringify(await stored('ops'))).toContain(TOKEN);
    expect(read.json).toMatchObject({ name: 'ops', type: channel.type, createdAt: expect.any(String) });
    expect(list.json).toEqual({ items: [read.json], nextCursor: null });
  });

  it('show what tells nothing', async () => {
    await put('ops', webhook);
    expect((await test.call('GET', '/api/v1/channels/ops')).json).toMatchObject({
      url: 'https://a.example.com/***',
      headers: [
        { name: 'Authorization', value: '***' },
        { name: 'x-key', value: '{{$env.KEY}}' },
      ],
      body: { text: '{{text}}', apiKey: '***', nested: [{ password: '***' }] },
      secret: '***',
    });
    await put('ops', { type: 'slack', url: '{{$env.SLACK_URL}}' });
    expect((await test.call('GET', '/api/v1/channels/ops')).json).toMatchObject({ url: '{{$env.SLACK_URL}}' });
  });

  it.each([slack, email, webhook, sms])('can be written back as they were shown: %j', async (channel) => {
    await put('ops', channel);
    const before = await stored('ops');
    const shown = (await test.call('GET', '/api/v1/channels/ops')).json;
    expect((await put('ops', shown)).status).toBe(200);
    expect(await stored('ops')).toEqual(before);
  });

  it('keep a credential beside what else was changed, and take a new one', async () => {
    await put('ops', email);
    const shown = (await test.call('GET', '/api/v1/channels/ops')).json;
    await put('ops', { ...shown, from: 'other@example.com' });
    expect(await stored('ops')).toMatchObject({ from: 'other@example.com', provider: { auth: { pass: TOKEN } } });
    await put('ops', { ...email, provider: { ...email.provider, auth: { user: 'u', pass: 'new' } } });
    expect(await stored('ops')).toMatchObject({ provider: { auth: { pass: 'new' } } });
  });

  it.each([
    ['another host', { ...slack, url: 'https://evil.example.com/***' }, '/url'],
    ['another type', { type: 'feishu', url: 'https://hooks.example.com/***' }, '/url'],
    ['another header', { ...webhook, headers: [{ name: 'x-other', value: '***' }] }, '/headers'],
  ])('do not give a stored credential away to %s', async (_what, body, pointer) => {
    await put('ops', slack);
    const answer = await put('ops', body);
    expect([answer.status, answer.json.faults?.[0]?.pointer]).toEqual([400, pointer]);
    expect(await stored('ops')).toEqual({ url: slack.url });
  });

  it.each<[unknown, string]>([
    [{}, '/type'],
    [{ type: 'pigeon' }, '/type'],
    [[], ''],
    [{ type: 'slack' }, '/url'],
    [{ type: 'slack', url: 'ftp://a.b' }, '/url'],
    [{ type: 'slack', url: 'https://a.b/{{text}}' }, '/url'],
    [{ ...slack, secret: 'x' }, '/secret'],
    [{ type: 'webhook', url: 'https://{{message.host}}/x' }, '/url'],
    [{ type: 'webhook', url: 'https://a.b', body: '{{$context.data}}' }, '/body'],
    [{ type: 'webhook', url: 'https://a.b', body: '{{text' }, '/body'],
    [{ type: 'sms', url: 'https://a.b', contentType: 'multipart/form-data', body: 'x' }, '/body'],
    [{ type: 'webhook', url: 'https://a.b', headers: [{ name: 'a b', value: 'x' }] }, '/headers/0/name'],
    [{ type: 'email', provider: {}, from: 'a@b.c' }, '/provider/host'],
    [{ ...email, from: 'me' }, '/from'],
    [{ ...email, to: ['a@b.c', 'you'] }, '/to/1'],
    [{ type: 'in-app', url: 'https://a.b' }, '/url'],
    [{ ...slack, name: 'other' }, '/name'],
  ])('refuse %j', async (body, pointer) => {
    const answer = await put('ops', body);
    expect([answer.status, answer.json.faults?.map((fault: { pointer: string }) => fault.pointer)]).toEqual([
      400,
      [pointer],
    ]);
    expect(await stored('ops')).toBeUndefined();
  });

  it('echo no credential in a refusal', async () => {
    const answer = await put('ops', { ...webhook, secrets: [TOKEN], body: `{{${TOKEN}` });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(TOKEN);
  });

  it.each(['Ops', '-a', 'a_b', 'a.b', 'x'.repeat(64)])('refuse the name %s', async (name) => {
    expect((await put(name, slack)).status).toBe(400);
  });

  it('are deleted once', async () => {
    await put('ops', slack);
    expect((await test.call('DELETE', '/api/v1/channels/ops')).status).toBe(204);
    expect((await test.call('DELETE', '/api/v1/channels/ops')).status).toBe(404);
    expect((await test.call('GET', '/api/v1/channels/ops')).status).toBe(404);
  });

  it('are offered with their schemas', async () => {
    const { items } = (await test.call('GET', '/api/v1/channel-types', { as: 'viewer' })).json;
    expect(items.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(['email', 'slack', 'wecom', 'dingtalk', 'feishu', 'webhook', 'sms', 'in-app']),
    );
    expect(items[0]).toMatchObject({ configSchema: { additionalProperties: false } });
  });
});
