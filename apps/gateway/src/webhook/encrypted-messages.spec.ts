import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signMessage } from '#signatures';
import { startTestGateway, type SendOptions, type TestGateway } from '../testing/start-test-gateway.js';

const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const entry = { provider: 'wecom', options: { token: 'QDG6eK', encodingAESKey: KEY, receiveId: 'wx58' }, secrets: [] };
const PATH = '/api/webhooks/wecom';
const MESSAGE = '<xml><MsgId>4561255354251345929</MsgId><Content>hello</Content></xml>';
let gateway: TestGateway;

beforeAll(async () => {
  const auth = [
    {
      type: 'signature',
      provider: 'wecom',
      token: '{{$env.TOKEN}}',
      encodingAESKey: '{{$env.AES}}',
      receiveId: 'wx58',
    },
  ];
  gateway = await startTestGateway({
    secrets: { TOKEN: 'QDG6eK', AES: KEY },
    workflows: {
      wecom: { trigger: { auth } },
      gone: { trigger: { auth: [{ ...auth[0], encodingAESKey: '{{$env.GONE}}' }] } },
    },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.storage.accepted.length = 0;
  gateway.storage.logged.length = 0;
});

/** Path and request as WeCom sends this text. */
function encrypted(text: string, options: Partial<typeof entry.options> = {}): [string, Required<SendOptions>] {
  const unsigned = { method: 'POST', url: `https://hooks.example${PATH}`, headers: {}, body: Buffer.from(text) };
  const sent = signMessage({ ...entry, options: { ...entry.options, ...options } }, unsigned, new Date());
  const headers = { 'content-type': 'text/xml', ...sent.headers };
  return [PATH + new URL(sent.url).search, { method: 'POST', headers, body: sent.body }];
}

/** The query that registers the URL. */
function probe(text: string, options?: Partial<typeof entry.options>): string {
  const [path, { body }] = encrypted(text, options);
  const echo = /<Encrypt><!\[CDATA\[([^\]]*)\]\]>/.exec(body.toString())![1]!;
  return `${path}&echostr=${encodeURIComponent(echo)}`;
}

describe('an encrypted message', () => {
  it('is stored as it came, and read as what it says', async () => {
    const [path, sent] = encrypted(MESSAGE);
    const answer = await gateway.send(path, sent);
    expect([answer.status, answer.text]).toEqual([200, 'success']);
    const { request } = gateway.storage.accepted[0]!;
    expect(request.body).toEqual(sent.body);
    expect(request.content!.body.toString()).toBe(MESSAGE);
    expect(request.deliveryId).toBe('4561255354251345929');
  });

  it('T19: is refused in one way, whatever is wrong with it', async () => {
    const [path, sent] = encrypted(MESSAGE);
    const forms = [
      [path.replace(/nonce=[^&]*/, 'nonce=other'), sent],
      [path, { ...sent, body: sent.body.toString().replace('<Encrypt><![CDATA[', '<Encrypt><![CDATA[AAAA') }],
      [path, { ...sent, body: '<xml></xml>' }],
      encrypted(MESSAGE, { receiveId: 'wx59' }),
      encrypted(MESSAGE, { token: 'other' }),
      [path.replace(PATH, '/api/webhooks/gone'), sent],
    ] as [string, SendOptions][];
    for (const [to, options] of forms) {
      const answer = await gateway.send(to, options);
      expect([answer.status, answer.json().code]).toEqual([401, 'invalid_signature']);
    }
    expect(gateway.storage.accepted).toEqual([]);
  });
});

describe('an encrypted probe', () => {
  it('is answered with its text alone', async () => {
    const answer = await gateway.send(probe('1234567890'), { method: 'GET' });
    expect([answer.status, answer.text]).toEqual([200, '1234567890']);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(gateway.storage.logged[0]).toMatchObject({ verdict: 'handshake', gate: 13 });
    expect(gateway.storage.accepted).toEqual([]);
  });

  it('T19: for somebody else is refused as a wrong signature is', async () => {
    for (const options of [{ receiveId: 'wx59' }, { token: 'other' }]) {
      const answer = await gateway.send(probe('1234567890', options), { method: 'GET' });
      expect([answer.status, answer.json().code]).toEqual([401, 'invalid_signature']);
    }
  });

  it('is all that GET is let in for', async () => {
    const [path] = encrypted(MESSAGE);
    const answer = await gateway.send(path, { method: 'GET' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
});
