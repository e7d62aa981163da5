import { createCipheriv, createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { signMessage, type SigningEntry } from '#signatures';
import { startEdge, type Answer, type EdgeRig, type SendOptions } from '../edge-rig.js';

const SECRET = 'a secret of sixteen and more';
const ADYEN_KEY = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:orders';
const CERTIFICATE = 'https://sns.eu-west-1.amazonaws.com/a.pem';
const WECOM = { token: 'QDG6eK', encodingAESKey: AES_KEY, receiveId: 'wx5823bf96d3bd56c7' };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const fetched: string[] = [];
let rig: EdgeRig;

beforeAll(async () => {
  const fetchUrl = async ({ href }: URL): Promise<Buffer> => {
    fetched.push(href);
    return Buffer.from('no certificate');
  };
  rig = await startEdge({ dependencies: { fetchUrl } });
  await rig.secret('KEY', SECRET);
  await rig.secret('ADYEN', ADYEN_KEY);
  const preset = (provider: string, more: JsonObject) => ({ auth: [{ type: 'signature', provider, ...more }] });
  await rig.save('aws-sns', preset('aws-sns', { topicArn: TOPIC }));
  await rig.save('slack', preset('slack', { secrets: ['{{$env.KEY}}'] }));
  await rig.save('notion', preset('notion', { secrets: ['{{$env.NOTION}}'] }));
  await rig.save('feishu', preset('feishu', { encryptKey: '{{$env.KEY}}', verificationToken: '{{$env.ADYEN}}' }));
  await rig.save('adyen', preset('adyen', { secrets: ['{{$env.ADYEN}}'] }));
  await rig.save('wecom', preset('wecom', WECOM));
  await rig.save('github', preset('github', { secrets: ['{{$env.KEY}}'] }));
});
afterAll(async () => {
  await rig?.stop();
});

const post = (key: string, options: SendOptions): Promise<Answer> => rig.send(`/api/webhooks/${key}`, options);

/** Signed as the preset's sender would. */
function signed(entry: SigningEntry, body: Json, headers: Record<string, string> = {}) {
  const url = `https://hooks.example.test/api/webhooks/${entry.provider}`;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(text),
  };
  return signMessage(entry, request, new Date());
}
const sendSigned = async (request: ReturnType<typeof signed>): Promise<Answer> =>
  rig.send(request.url.slice('https://hooks.example.test'.length), { headers: request.headers, body: request.body });

describe('T16 certificate URLs of the message', () => {
  const privateKey = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const message = (url: string) =>
    signed(
      { provider: 'aws-sns', secrets: [], options: { topicArn: TOPIC }, privateKey, keyId: url },
      { Type: 'Notification', MessageId: 'm', Message: 'x', Timestamp: new Date().toISOString() },
    );
  it.each([
    'https://sns.us-east-1.amazonaws.com.evil.tld/x.pem',
    'https://evil.tld/?sns.us-east-1.amazonaws.com/x.pem',
    'https://evil.tld/x.pem#sns.us-east-1.amazonaws.com',
    'https://sns.us-east-1.amazonaws.com@evil.tld/x.pem',
    'https://user:word@sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com:8443/x.pem',
    'https://sns.us-east-1.amazonaws.com./x.pem',
    'https://sns.us-east-1.amazonaws.com\\@evil.tld/x.pem',
    'http://sns.us-east-1.amazonaws.com/x.pem',
    'http://169.254.169.254/x.pem',
    'https://[::ffff:169.254.169.254]/x.pem',
    'https://sns.us-east-1.amazonaws.com/x.txt',
    'file:///etc/passwd.pem',
  ])('T16 %s is refused without a call', async (url) => {
    fetched.length = 0;
    expect([(await sendSigned(message(url))).status, fetched]).toEqual([401, []]);
  });
  it('T16 one under the rule is called, once, and what it holds decides', async () => {
    fetched.length = 0;
    const answers = [await sendSigned(message(CERTIFICATE)), await sendSigned(message(CERTIFICATE))];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(fetched).toEqual([CERTIFICATE]);
  });
});

describe('T17 handshake abuse', () => {
  const slack = { provider: 'slack', secrets: [SECRET] };
  it('T17 a challenge is echoed as text that no browser runs, and starts nothing', async () => {
    const challenge = '<script>alert(1)</script>';
    const answer = await sendSigned(signed(slack, { type: 'url_verification', challenge }));
    expect([answer.status, answer.text]).toEqual([200, challenge]);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect([answer.headers['x-execution-id'], await rig.executionsOf('slack')]).toEqual([undefined, 0]);
  });
  it('T17 a challenge of 10 KB is refused', async () => {
    const body = { type: 'url_verification', challenge: 'x'.repeat(10_240) };
    expect((await sendSigned(signed(slack, body))).status).toBe(400);
  });
  it('T17 a challenge that is not signed is refused where the provider signs it', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'x' });
    expect((await post('slack', { headers: { 'content-type': 'application/json' }, body })).status).toBe(401);
  });
  it('T17 a challenge with another token is refused', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'x', token: 'another' });
    expect((await post('feishu', { headers: { 'content-type': 'application/json' }, body })).status).toBe(403);
  });
  it('T17 a preset without a handshake answers none', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'x' });
    expect((await post('github', { headers: { 'content-type': 'application/json' }, body })).status).toBe(401);
    expect((await rig.send('/api/webhooks/github?hub.challenge=1', { method: 'GET' })).status).toBe(405);
  });
  it('T17 a delivered secret is kept once and never overwritten', async () => {
    const deliver = (token: string) =>
      post('notion', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ verification_token: token }),
      });
    expect((await deliver('secret_first_0123456789abcdef')).status).toBe(200);
    expect((await deliver('secret_other_0123456789abcdef')).status).toBeGreaterThanOrEqual(400);
    expect((await rig.storage.configuration.loadSecrets()).get('NOTION')).toBe('secret_first_0123456789abcdef');
  });
});

describe('T18 batches whose items are signed one by one', () => {
  const item = (pspReference: string) => ({
    NotificationRequestItem: {
      additionalData: {},
      ...{ pspReference, merchantAccountCode: 'Shop', merchantReference: 'order-1', success: 'true' },
      ...{ amount: { value: 1130, currency: 'EUR' }, eventCode: 'AUTHORISATION', eventDate: '2026-01-01T00:00:00Z' },
    },
  });
  it('T18 a batch with one changed item is refused as a whole; unchanged it runs, and once', async () => {
    const batch = { live: 'false', notificationItems: [item('1000000000000001'), item('1000000000000002')] };
    const genuine = signed({ provider: 'adyen', secrets: [ADYEN_KEY] }, batch);
    const changed = {
      ...genuine,
      body: Buffer.from(genuine.body.toString().replace('1000000000000002', '1000000000000003')),
    };
    expect((await sendSigned(changed)).status).toBe(401);
    expect(await rig.executionsOf('adyen')).toBe(0);
    const answers = [await sendSigned(genuine), await sendSigned(genuine)];
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(2).fill([200, '[accepted]']));
    expect(await rig.executionsOf('adyen')).toBe(1);
  });
});

describe('T19 decrypt, then check', () => {
  const key = Buffer.from(`${AES_KEY}=`, 'base64');

  /** The plaintext as it is, padded as told, encrypted and rightly signed. */
  function sealed(plaintext: Buffer, padding: Buffer) {
    const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
    const text = Buffer.concat([cipher.update(Buffer.concat([plaintext, padding])), cipher.final()]).toString('base64');
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), 'nonce'];
    const signature = createHash('sha1')
      .update([WECOM.token, timestamp, nonce, text].toSorted().join(''))
      .digest('hex');
    const body = `<xml><ToUserName>x</ToUserName><Encrypt>${text}</Encrypt></xml>`;
    return { query: `msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`, body };
  }

  function framed(message: string, receiveId: string, length?: number): Buffer {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(length ?? Buffer.byteLength(message));
    return Buffer.concat([randomBytes(16), size, Buffer.from(message + receiveId)]);
  }
  const pad = (plaintext: Buffer): Buffer => {
    const missing = 32 - (plaintext.length % 32);
    return Buffer.alloc(missing, missing);
  };
  const send = ({ query, body }: { query: string; body: string }): Promise<Answer> =>
    rig.send(`/api/webhooks/wecom?${query}`, { headers: { 'content-type': 'text/xml' }, body });
  const XML = '<xml><MsgId>1</MsgId></xml>';

  it('T19 takes what is right', async () => {
    const plaintext = framed(XML, WECOM.receiveId);
    expect((await send(sealed(plaintext, pad(plaintext)))).status).toBe(200);
  });
  it('T19 refuses another receiver, a length beyond the end, bad padding and a bad signature alike', async () => {
    const [right, foreign] = [framed(XML, WECOM.receiveId), framed(XML, 'wx-somebody-else')];
    const long = framed(XML, WECOM.receiveId, 0xffffffff);
    const zeros = Buffer.alloc(32 - (right.length % 32));
    const good = sealed(right, pad(right));
    const answers = await Promise.all([
      send(sealed(foreign, pad(foreign))),
      send(sealed(long, pad(long))),
      send(sealed(right, zeros)),
      send({ ...good, query: good.query.replace(/msg_signature=./, 'msg_signature=g') }),
      send({ ...good, body: good.body.replace('<Encrypt>', '<Encrypt>AAAA') }),
    ]);
    const told = answers.map(({ status, text, requestId }) => [status, text.replaceAll(requestId, '')]);
    expect(told).toEqual(Array(5).fill(told[0]));
    expect(told[0]![0]).toBe(401);
  });
});
