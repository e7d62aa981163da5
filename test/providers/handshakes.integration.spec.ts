import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateChallenge } from '@larksuiteoapi/node-sdk';
import { signWebhookPayload } from '@notionhq/client/build/src/webhooks.js';
import type { Json, JsonObject } from '#shared';
import type { UnsignedRequest } from '#signatures';
import { saveBoundWorkflow } from '#storage/testing';
import { eventually } from '../support/eventually.js';
import { seededRandom } from '../support/seeded-random.js';
import { discord, DISCORD_KEY } from './official/discord.js';
import { FEISHU, feishu, feishuEncrypted } from './official/feishu.js';
import { github } from './official/github.js';
import { slack } from './official/slack.js';
import { sns, SNS_CERTIFICATE_URL, SNS_TOPIC, snsMessage } from './official/sns.js';
import { wechatPay } from './official/wechat-pay.js';
import { WECOM, wecomEcho, wecomUrl } from './official/wecom.js';
import { PUBLIC_URL, startLoop, type Answer, type Loop } from './start-loop.js';

const json = { 'content-type': 'application/json' };
const urlOf = (key: string): string => `${PUBLIC_URL}/api/webhooks/${key}`;
const post = (key: string, body: Json | Buffer, headers: Record<string, string> = json): UnsignedRequest => ({
  ...{ method: 'POST', url: urlOf(key), headers },
  body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
});

const ENTRIES: Readonly<Record<string, JsonObject>> = {
  github: { provider: 'github', secrets: [...github[0]!.secrets] },
  slack: { provider: 'slack', secrets: [...slack.secrets] },
  discord: { provider: 'discord', secrets: [DISCORD_KEY] },
  feishu: { provider: 'feishu', ...FEISHU },
  wecom: { provider: 'wecom', ...WECOM },
  sns: { provider: 'aws-sns', topicArn: SNS_TOPIC },
  notion: { provider: 'notion', secrets: ['{{$env.NOTION_TOKEN}}'] },
  cloudevents: { provider: 'cloudevents', allowedOrigins: ['events.example'] },
  'wechat-pay': { provider: 'wechat-pay', secrets: [...wechatPay.secrets] },
};

let loop: Loop;
const fetched: string[] = [];

beforeAll(async () => {
  const fetchUrl = async ({ href }: URL): Promise<Buffer> => {
    fetched.push(href);
    return Buffer.from(href === SNS_CERTIFICATE_URL ? sns[1]!.keys[SNS_CERTIFICATE_URL]! : '<Confirmed/>');
  };
  loop = await startLoop({ worker: false, fetchUrl });
  for (const [key, entry] of Object.entries(ENTRIES)) {
    await saveBoundWorkflow(loop.storage, key, {
      type: 'webhook',
      mode: 'async',
      auth: [{ type: 'signature', ...entry }],
    });
  }
  await eventually(
    () => loop.send(post('wechat-pay', {})),
    ({ status }) => status === 401,
  );
}, 60_000);
afterAll(async () => {
  await loop?.stop();
}, 60_000);

/** What a probe was answered; it started nothing. */
async function answered(request: UnsignedRequest): Promise<[number, string]> {
  const { status, headers, text } = await loop.send(request);
  expect(headers['x-execution-id']).toBeUndefined();
  return [status, text];
}

async function refused(request: UnsignedRequest): Promise<number> {
  return (await answered(request))[0];
}

it('GitHub: a signed ping starts nothing', async () => {
  const ping = post('github', { zen: 'Design for failure.' }, { ...json, 'x-github-event': 'ping' });
  expect(await answered(await github[0]!.sign(ping, new Date()))).toEqual([200, 'pong']);
  expect(await refused(ping)).toBe(401);
});

it('Slack: the challenge of a signed url_verification comes back', async () => {
  const probe = post('slack', { type: 'url_verification', token: 'x', challenge: '3eZbrw1aBm2rZgRNFdxV' });
  expect(await answered(await slack.sign(probe, new Date()))).toEqual([200, '3eZbrw1aBm2rZgRNFdxV']);
  expect(await refused(probe)).toBe(401);
});

it('Discord: a signed ping is answered, a webhook ping with 204, one with a wrong signature with 401', async () => {
  const now = new Date();
  const interaction = post('discord', { type: 1, id: '1' });
  const [status, text] = await answered(await discord.sign(interaction, now));
  expect([status, JSON.parse(text)]).toEqual([200, { type: 1 }]);
  expect(await answered(await discord.sign(post('discord', { type: 0, version: 1 }), now))).toEqual([204, '']);
  const wrong = await discord.sign(post('discord', { type: 2 }), now);
  expect(await refused({ ...wrong, body: interaction.body })).toBe(401);
});

it.each(['plain', 'encrypted'])('Feishu: a %s url_verification is answered as its package does', async (kind) => {
  const probe = { type: 'url_verification', challenge: 'ajls384kdjx98XX', token: FEISHU.verificationToken };
  const body = kind === 'plain' ? Buffer.from(JSON.stringify(probe)) : feishuEncrypted(probe);
  const data = JSON.parse(body.toString()) as object;
  const { isChallenge, challenge } = generateChallenge(data, { encryptKey: FEISHU.encryptKey });
  const [status, text] = await answered(post('feishu', body));
  expect([isChallenge, status, JSON.parse(text)]).toEqual([true, 200, challenge]);
});

it('Feishu: a url_verification with another token is refused with 403, in clear and encrypted', async () => {
  const probe = { type: 'url_verification', challenge: 'c', token: 'another' };
  expect(await refused(post('feishu', probe))).toBe(403);
  expect(await refused(post('feishu', feishuEncrypted(probe)))).toBe(403);
});

it('Feishu: an event that says it is encrypted with another key is refused', async () => {
  const request = await feishu.sign(post('feishu', { encrypt: Buffer.alloc(48, 7).toString('base64') }), new Date());
  expect(await refused(request)).toBe(401);
});

it('WeCom: the decrypted echostr comes back bare, another signature is refused', async () => {
  const echo = wecomEcho('1616140317555161061');
  const url = `${wecomUrl(urlOf('wecom'), echo, 'nonce', new Date())}&echostr=${encodeURIComponent(echo)}`;
  const request = { method: 'GET', url, headers: {}, body: Buffer.alloc(0) };
  expect(await answered(request)).toEqual([200, '1616140317555161061']);
  expect(await refused({ ...request, url: url.replace('nonce=nonce', 'nonce=other') })).toBe(401);
});

it('SNS: a signed subscription is confirmed by calling its URL, a wrong one calls nothing', async () => {
  const message = snsMessage('SubscriptionConfirmation', '2', seededRandom(1), new Date());
  const headers = { 'content-type': 'text/plain; charset=UTF-8' };
  const unsigned = post('sns', message, headers);
  // The adapter that signs version 2, the one of an entry that says nothing.
  const request = await sns[1]!.sign(unsigned, new Date());
  const changed = Buffer.from(request.body.toString().replace('Token=abc', 'Token=abd'));
  expect(await refused({ ...request, body: changed })).toBe(401);
  expect(fetched).not.toContain(String(message['SubscribeURL']));
  const [status] = await answered(request);
  expect([status, fetched.filter((url) => url === message['SubscribeURL'])]).toEqual([200, [message['SubscribeURL']]]);
});

it('Notion: the token of the first verification is kept, and no later one', async () => {
  const token = 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl';
  const event = { id: 'e1', type: 'page.created' };
  const signed = async (id: string): Promise<UnsignedRequest> => {
    const body = JSON.stringify({ ...event, id });
    const signature = await signWebhookPayload({ body, verificationToken: token });
    return post('notion', Buffer.from(body), { ...json, 'x-notion-signature': signature });
  };
  expect(await refused(await signed('e0'))).toBe(401);
  expect((await answered(post('notion', { verification_token: token })))[0]).toBe(200);
  const accepted = await eventually(
    async (): Promise<Answer> => loop.send(await signed('e1')),
    ({ status }) => status === 200,
  );
  expect(typeof accepted.headers['x-execution-id']).toBe('string');
  expect(await refused(post('notion', { verification_token: 'secret_of_somebody_else_0123456789' }))).toBe(403);
  expect((await loop.send(await signed('e2'))).status).toBe(200);
});

it('CloudEvents: an allowed origin is granted on OPTIONS, another is not', async () => {
  const ask = (origin: string): UnsignedRequest => ({
    ...{ method: 'OPTIONS', url: urlOf('cloudevents'), body: Buffer.alloc(0) },
    headers: { 'webhook-request-origin': origin, 'webhook-request-rate': '120' },
  });
  const granted = await loop.send(ask('events.example'));
  expect([granted.status, granted.headers['webhook-allowed-origin'], granted.headers.allow]).toEqual([
    200,
    'events.example',
    'POST',
  ]);
  expect(granted.headers['webhook-allowed-rate']).toBeDefined();
  const other = await loop.send(ask('evil.example'));
  expect([other.status, other.headers['webhook-allowed-origin']]).toEqual([403, undefined]);
});

it('WeChat Pay: its deliberately wrong signatures are refused', async () => {
  const request = await wechatPay.sign(post('wechat-pay', { id: '1' }), new Date());
  const signature = `WECHATPAY/SIGNTEST/${request.headers['wechatpay-signature']!}`;
  expect(await refused({ ...request, headers: { ...request.headers, 'wechatpay-signature': signature } })).toBe(401);
});
