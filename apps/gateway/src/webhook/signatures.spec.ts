import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signed } from '../testing/sign.js';
import { startTestGateway, type SendOptions, type TestGateway } from '../testing/start-test-gateway.js';

const github = { provider: 'github', secrets: ['new', 'old'] };
const body = Buffer.from('{"ref":"refs/heads/main"}');
const secrets = { NEW: 'new', OLD: 'old', BLANK: '  ', SQUARE: 'square-key', JWT: 'jwt-secret-of-32-bytes-and-more..' };
let gateway: TestGateway;
/** URLs that were called. */
const called: string[] = [];

beforeAll(async () => {
  const auth = (provider: string, names: string[], more: object = {}) => ({
    trigger: { auth: [{ type: 'signature', provider, secrets: names, ...more }] },
  });
  gateway = await startTestGateway({
    secrets,
    fetchUrl: (url) => {
      called.push(url.href);
      return Promise.reject(new Error('nothing there'));
    },
    workflows: {
      github: auth('github', ['{{$env.NEW}}', '{{$env.OLD}}']),
      written: auth('github', ['as-written', '{{$env.OLD}}']),
      'no-secret': auth('github', ['{{$env.GONE}}']),
      'blank-secret': auth('github', ['{{$env.BLANK}}', '{{$env.GONE}} ']),
      optional: auth('cloudevents', ['{{$env.GONE}}']),
      square: auth('square', ['{{$env.SQUARE}}']),
      'square-elsewhere': auth('square', ['{{$env.SQUARE}}'], { url: 'https://shop.example/hooks/square' }),
      jwt: { trigger: { auth: [{ type: 'jwt', algorithms: ['HS256'], secrets: ['{{$env.JWT}}'], issuer: 'i' }] } },
      'jwt-gone': { trigger: { auth: [{ type: 'jwt', algorithms: ['HS256'], secrets: ['{{$env.GONE}}'] }] } },
      sns: { trigger: { auth: [{ type: 'signature', provider: 'aws-sns', topicArn: 'arn:aws:sns:eu-west-1:1:t' }] } },
      both: {
        trigger: {
          auth: [
            { type: 'token', header: 'x-token', value: 'a-token' },
            { type: 'signature', provider: 'github', secrets: ['{{$env.NEW}}'] },
          ],
        },
      },
    },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.storage.accepted.length = 0;
  gateway.storage.logged.length = 0;
  called.length = 0;
});

const send = (path: string, options?: SendOptions) => gateway.send(path, options);
const lastLogged = () => gateway.storage.logged.at(-1);

describe('a signed request', () => {
  it('is accepted with either secret and deduplicated by its delivery id', async () => {
    for (const secret of ['new', 'old']) {
      const headers = { 'x-github-delivery': 'd1' };
      const answer = await send('/api/webhooks/github', signed({ ...github, secrets: [secret] }, body, { headers }));
      expect(answer.status).toBe(200);
      expect(answer.headers['idempotent-replayed']).toBe(secret === 'old' ? 'true' : undefined);
    }
    expect(gateway.storage.accepted[0]!.request.deliveryId).toBe('d1');
    expect(gateway.storage.accepted[0]!.dedup!.windowMs).toBe(90 * 3_600_000);
  });

  it('is verified over the bytes as received, before they are decompressed', async () => {
    const packed = gzipSync(body);
    const headers = { 'content-encoding': 'gzip' };
    const overPacked = signed(github, packed, { headers });
    const overPlain = { ...signed(github, body, { headers }), body: packed };
    expect((await send('/api/webhooks/github', overPacked)).status).toBe(200);
    expect((await send('/api/webhooks/github', overPlain)).status).toBe(401);
  });

  it('T03: is refused with two signature headers', async () => {
    const right = signed(github, body).headers['x-hub-signature-256'] as string;
    const headers = { 'x-hub-signature-256': [right, right] };
    expect((await send('/api/webhooks/github', { body, headers })).status).toBe(401);
  });

  it('T02: is refused when no secret can be resolved', async () => {
    const sent = signed({ ...github, secrets: ['{{$env.GONE}}'] }, body);
    expect((await send('/api/webhooks/no-secret', sent)).status).toBe(401);
    expect(lastLogged()).toMatchObject({ gate: 12, reason: 'invalid_signature' });
  });

  it('names the secret that matched: by its name, or by its place, never by its text', async () => {
    for (const secret of ['new', 'old'])
      await send('/api/webhooks/github', signed({ ...github, secrets: [secret] }, body));
    await send('/api/webhooks/written', signed({ ...github, secrets: ['as-written'] }, body));
    await send('/api/webhooks/written', signed({ ...github, secrets: ['old'] }, body));
    const names = gateway.storage.accepted.map(({ secretName }) => secretName);
    expect(names).toEqual(['NEW', 'OLD', 'secrets/0', 'OLD']);
  });

  it('T01: is verified over its bytes, not over what they mean', async () => {
    const raw = '{"a": "\\u20ac", "n":1.0}';
    const sent = signed(github, raw);
    expect((await send('/api/webhooks/github', sent)).status).toBe(200);
    expect(gateway.storage.accepted[0]!.request.body.toString()).toBe(raw);
    const again = { ...sent, body: JSON.stringify(JSON.parse(raw)) };
    expect((await send('/api/webhooks/github', again)).status).toBe(401);
  });

  it.each(['no-secret', 'blank-secret', 'optional', 'jwt-gone'])(
    'T02: is refused where no configured secret has a value (%s), whatever it is signed with',
    async (path) => {
      for (const secret of ['x', ' ', '{{$env.GONE}}', 'undefined', 'null']) {
        const sent = signed({ ...github, secrets: [secret.trim() === '' ? 'x' : secret] }, body);
        const headers = { ...sent.headers, authorization: `Bearer ${secret}` };
        expect((await send(`/api/webhooks/${path}`, { ...sent, headers })).status).toBe(401);
      }
      expect((await send(`/api/webhooks/${path}`, { body })).status).toBe(401);
      expect(gateway.storage.accepted).toEqual([]);
    },
  );

  it('T06: is refused with an algorithm that the preset does not name', async () => {
    const sha1 = createHmac('sha1', 'new').update(body).digest('hex');
    for (const name of ['x-hub-signature', 'x-hub-signature-256']) {
      expect((await send('/api/webhooks/github', { body, headers: { [name]: `sha1=${sha1}` } })).status).toBe(401);
    }
  });

  it('T13: with a forged signature leaves no trace under its delivery id', async () => {
    const headers = { 'x-github-delivery': 'poisoned' };
    const forged = signed({ ...github, secrets: ['guess'] }, body, { headers });
    expect((await send('/api/webhooks/github', forged)).status).toBe(401);
    const genuine = await send('/api/webhooks/github', signed(github, body, { headers }));
    expect([genuine.status, genuine.headers['idempotent-replayed']]).toEqual([200, undefined]);
  });

  it('T14: passes with both secrets while both are in force, and with a revoked one no more', async () => {
    const ask = async () => {
      const answers = ['new', 'old'].map((secret) => signed({ ...github, secrets: [secret] }, body));
      return Promise.all(answers.map(async (sent) => (await send('/api/webhooks/github', sent)).status));
    };
    expect(await ask()).toEqual([200, 200]);
    const { OLD: _revoked, ...left } = secrets;
    void _revoked;
    await gateway.setSecrets(left);
    expect(await ask()).toEqual([200, 401]);
    await gateway.setSecrets(secrets);
    expect(await ask()).toEqual([200, 200]);
  });

  it('is refused before its body is read when its token is wrong, after it when its signature is', async () => {
    const sent = signed(github, body);
    await send('/api/webhooks/both', sent);
    await send('/api/webhooks/both', { body, headers: { 'x-token': 'a-token' } });
    expect(gateway.storage.logged.map(({ gate, body: read }) => [gate, read === null])).toEqual([
      [9, true],
      [12, false],
    ]);
    const right = await send('/api/webhooks/both', { ...sent, headers: { ...sent.headers, 'x-token': 'a-token' } });
    expect([right.status, gateway.storage.accepted[0]!.secretName]).toEqual([200, 'NEW']);
  });

  it('is answered at once when it is a ping', async () => {
    const answer = await send('/api/webhooks/github', signed(github, body, { headers: { 'x-github-event': 'ping' } }));
    expect([answer.status, answer.text, answer.headers['x-execution-id']]).toEqual([200, 'pong', undefined]);
    expect(lastLogged()).toMatchObject({ verdict: 'handshake', gate: 13 });
    const unsigned = await send('/api/webhooks/github', { body, headers: { 'x-github-event': 'ping' } });
    expect(unsigned.status).toBe(401);
  });
});

describe('T15: a signature over the URL', () => {
  const entry = { provider: 'square', secrets: ['square-key'] };
  const hosts = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', host: 'evil.example' };

  it('is over the public URL with path and query as received, whatever Host and X-Forwarded-* say', async () => {
    const path = '/api/webhooks/square?a=%7e&b';
    const right = signed(entry, body, { url: `https://hooks.example${path}` });
    for (const headers of [{}, hosts]) {
      const sent = { ...right, headers: { ...right.headers, ...headers } };
      expect((await send(path, sent)).status).toBe(200);
      expect((await send('/api/webhooks/square?a=~&b', sent)).status).toBe(401);
    }
    const forged = signed(entry, body, { url: `https://evil.example${path}` });
    expect((await send(path, { ...forged, headers: { ...forged.headers, ...hosts } })).status).toBe(401);
  });

  it('is over the URL that the document states', async () => {
    const right = signed(entry, body, { url: 'https://shop.example/hooks/square' });
    expect((await send('/api/webhooks/square-elsewhere', right)).status).toBe(200);
    const other = signed(entry, body, { url: 'https://hooks.example/api/webhooks/square-elsewhere' });
    expect((await send('/api/webhooks/square-elsewhere', other)).status).toBe(401);
  });
});

describe('a bearer token', () => {
  const options = { algorithms: ['HS256'], issuer: 'i' };
  const entry = { provider: 'jwt', secrets: [secrets.JWT], options };

  it('is checked before the body is read, and asked for', async () => {
    const answer = await send('/api/webhooks/jwt', { body });
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="webhook"']);
    expect(lastLogged()).toMatchObject({ gate: 9, reason: 'unauthorized', body: null });
  });

  it('lets in as often as it is sent: its own id is no delivery id', async () => {
    const sent = signed(entry, body);
    const answers = [await send('/api/webhooks/jwt', sent), await send('/api/webhooks/jwt', sent)];
    expect(answers.map(({ status, headers }) => [status, headers['idempotent-replayed']])).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    expect(gateway.storage.accepted[0]!.secretName).toBe('JWT');
    expect(gateway.storage.accepted[0]!.request.headers.authorization).toBe('***');
  });

  it('T06: of another algorithm is refused', async () => {
    const token = (header: object) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part(header)}.${part({ iss: 'i', exp: Math.floor(Date.now() / 1000) + 60 })}.`;
    };
    for (const alg of ['none', 'None', 'RS256', '']) {
      const headers = { authorization: `Bearer ${token({ alg, typ: 'JWT' })}` };
      expect((await send('/api/webhooks/jwt', { body, headers })).status).toBe(401);
    }
  });
});

describe('T16: a certificate that a message names', () => {
  const message = (url: string) =>
    JSON.stringify({
      ...{ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: 'x' },
      ...{ Timestamp: new Date().toISOString(), SignatureVersion: '2', SigningCertURL: url },
      Signature: Buffer.alloc(256).toString('base64'),
    });

  it.each([
    'https://sns.us-east-1.amazonaws.com.evil.tld/x.pem',
    'https://evil/?sns.us-east-1.amazonaws.com',
    'http://169.254.169.254/',
    'https://sns.us-east-1.amazonaws.com@evil.tld/x.pem',
    'https://sns.us-east-1.amazonaws.com:8443/x.pem',
    'https://sns.us-east-1.amazonaws.com./x.pem',
  ])('is not fetched from %s', async (url) => {
    expect((await send('/api/webhooks/sns', { body: message(url) })).status).toBe(401);
    expect(called).toEqual([]);
  });

  it('is fetched from its provider, and refuses when it cannot be had', async () => {
    const url = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';
    expect((await send('/api/webhooks/sns', { body: message(url) })).status).toBe(401);
    expect(called).toEqual([url]);
    expect(lastLogged()).toMatchObject({ gate: 12, reason: 'invalid_signature' });
  });
});
