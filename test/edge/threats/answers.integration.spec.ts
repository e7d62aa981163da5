import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEdge, until, type Answer, type EdgeRig, type SendOptions } from '../edge-rig.js';

const SECRET = 'a secret of sixteen and more';
const JSON_TYPE = { 'content-type': 'application/json' };

let rig: EdgeRig;

beforeAll(async () => {
  rig = await startEdge();
  await rig.secret('KEY', SECRET);
  await rig.save('open');
  await rig.save('token', { auth: [{ type: 'token', header: 'x-token', value: '{{$env.KEY}}' }] });
});
afterAll(async () => {
  await rig?.stop();
});

const post = (key: string, options: SendOptions = {}): Promise<Answer> => rig.send(`/api/webhooks/${key}`, options);

describe('T34 response splitting', () => {
  it.each(['a\r\nSet-Cookie: s=1', 'a\nb', 'a\rb', 'a\u0000b', 'snow \u2603'])(
    'T34 a header whose template became %j is dropped, nothing is split, nothing fails',
    async (value) => {
      await rig.save('splitting', { response: { status: 200, headers: { 'X-A': '{{$context.data.x}}' }, body: 'b' } });
      const answer = await post('splitting', { headers: JSON_TYPE, body: JSON.stringify({ x: value }) });
      expect([answer.headers['x-a'], answer.headers['set-cookie']]).toEqual([undefined, undefined]);
      expect(answer.headers['x-request-id']).toBeDefined();
      expect([200, 500]).toContain(answer.status);
    },
  );
  it.each(['Content-Length', 'Transfer-Encoding', 'Connection', 'Set-Cookie', 'X-A: b', 'X A', 'X-A\r\n', ''])(
    'T34 the header %j cannot be stored',
    async (name) => {
      await expect(rig.save('forbidden', { response: { headers: { [name]: 'x' } } })).rejects.toThrow(
        '/trigger/response',
      );
    },
  );
});

describe('T35 HTML answers', () => {
  it.each(['text/html', 'TEXT/HTML; charset=utf-8', 'image/svg+xml', 'application/xhtml+xml'])(
    'T35 %s is answered in a sandbox',
    async (type) => {
      const headers = { 'Content-Type': type, 'Content-Security-Policy': 'default-src *' };
      await rig.save('page', { response: { headers, body: '<script>alert(document.cookie)</script>' } });
      const answer = await post('page');
      expect(answer.headers['content-security-policy']).toMatch(/sandbox(;|,|$)/);
      expect(answer.headers['content-security-policy']).not.toContain('allow-');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    },
  );
});

describe('T36 methods and paths', () => {
  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'PROPFIND'])('T36 %s is refused with 405 and Allow', async (method) => {
    const answer = await post('token', { method });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
  it.each([
    '/api/webhooks/token/configs',
    '/api/webhooks//token',
    '/api//webhooks/token',
    '/api/webhooks/./token',
    '/api/webhooks/x/../token',
    '/api/webhooks/x/%2e%2e/token',
    '/api/webhooks/%2e%2e/webhooks/token',
    '/api/webhooks/token;a=b',
    '/api/webhooks/TOKEN',
    '/API/webhooks/token',
    '/api/webhooks/token%00',
    '/api/webhooks/token/',
    '/api/webhooks/tok%65n',
  ])('T36 %s reaches nothing without the token', async (path) => {
    expect([401, 404]).toContain((await rig.send(path, { headers: JSON_TYPE, body: '{}' })).status);
  });
  it('T36 a configured path needs its check as the key does', async () => {
    const auth = [{ type: 'token', header: 'x-token', value: '{{$env.KEY}}' }];
    await rig.save('pathed', { path: 'pathed/:id', auth });
    for (const path of ['pathed/1', 'pathed/%31', 'pathed/1/', 'pathed/a%2fb']) {
      expect([401, 404]).toContain((await rig.send(`/api/webhooks/${path}`)).status);
    }
  });
});

describe('T37 Host', () => {
  it('T37 appears in no URL that we make', async () => {
    await rig.save('late', { mode: 'sync', timeout: '50ms', onTimeout: 'accept' });
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
    const answer = await post('late', { headers });
    expect(answer.status).toBe(202);
    expect(answer.headers.location).toMatch(/^https:\/\/hooks\.example\.test\/api\/replies\//);
    expect(JSON.stringify(answer)).not.toContain('evil');
  });
});

describe('T39 enumeration', () => {
  it('T39 unknown, disabled and deleted webhooks answer alike, but for the id of the request', async () => {
    await rig.save('disabled');
    await rig.save('deleted');
    await rig.storage.workflows.setEnabled('disabled', false);
    await rig.storage.workflows.archive('deleted');
    const told = async (key: string) => {
      const { status, headers, text, requestId } = await post(key);
      const rest = { ...headers, date: '', 'x-request-id': '' };
      return { status, rest, text: text.replaceAll(requestId, '') };
    };
    await until(
      async () => ((await post('deleted')).status === 404 && (await post('disabled')).status === 404) || null,
    );
    const unknown = await told('never-there');
    expect(unknown.status).toBe(404);
    expect([await told('disabled'), await told('deleted')]).toEqual([unknown, unknown]);
  });
  it('T39 a wrong and a missing token answer alike', async () => {
    const [wrong, missing] = [await post('token', { headers: { 'x-token': 'x' } }), await post('token')];
    expect(wrong.text.replaceAll(wrong.requestId, '')).toBe(missing.text.replaceAll(missing.requestId, ''));
    expect([wrong.status, missing.status]).toEqual([401, 401]);
  });
  it('T39 keys that are made are long enough not to be guessed', async () => {
    const { newWorkflowKey } = await import('#engine');
    const keys = Array.from({ length: 1_000 }, () => newWorkflowKey());
    expect(new Set(keys).size).toBe(1_000);
    // Contract, part 2: 11 random base36 characters, 57 bits; who wants more writes a key of its own or asks for a token.
    expect(keys.every((key) => /^[a-z0-9]{11}$/.test(key))).toBe(true);
  });
});

describe('T40 rate limits', () => {
  it('T40 one workflow at ten times its limit is refused, another is not touched', async () => {
    await rig.save('limited', { rateLimit: { requests: 10, per: '1h', burst: 10 } });
    const [limited, open] = await Promise.all([
      Promise.all(Array.from({ length: 100 }, () => post('limited'))),
      Promise.all(Array.from({ length: 100 }, () => post('open'))),
    ]);
    const refused = limited.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(80);
    expect(
      refused.every(({ headers, code }) => Number(headers['retry-after']) > 0 && code === 'workflow_rate_limited'),
    ).toBe(true);
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await rig.executionsOf('limited')).toBe(limited.length - refused.length);
  });
});

describe('T43 reply channel', () => {
  it('T43 a reply URL of another execution, or with a changed token, is refused', async () => {
    const locations = await Promise.all(
      [0, 1].map(async () => {
        const { headers } = await post('late');
        return new URL(headers.location!);
      }),
    );
    const [first, second] = locations as [URL, URL];
    expect((await rig.send(first.pathname + first.search, { method: 'GET' })).status).toBe(202);
    expect((await rig.send(first.pathname + second.search, { method: 'GET' })).status).toBe(403);
    const changed = first.search.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await rig.send(first.pathname + changed, { method: 'GET' })).status).toBe(403);
    expect((await rig.send(first.pathname, { method: 'GET' })).status).toBe(403);
  });
});

describe('T66 test flags', () => {
  it.each(['x-hookmill-test', 'x-trigger-test', 'x-test', 'x-n8n-test', 'x-internal'])(
    'T66 %s from outside marks nothing and opens nothing',
    async (name) => {
      expect((await post('token', { headers: { [name]: '1' } })).status).toBe(401);
      const answer = await post('open', { headers: { [name]: '1' } });
      expect(await rig.row(answer)).toMatchObject({
        verdict: 'accepted',
        executionId: answer.headers['x-execution-id'],
      });
    },
  );
});
