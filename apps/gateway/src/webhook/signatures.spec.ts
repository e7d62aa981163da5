import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signed } from '../testing/sign.js';
import { startTestGateway, type SendOptions, type TestGateway } from '../testing/start-test-gateway.js';

const github = { provider: 'github', secrets: ['new', 'old'] };
const body = Buffer.from('{"ref":"refs/heads/main"}');
let gateway: TestGateway;

beforeAll(async () => {
  const auth = (...secrets: string[]) => ({ trigger: { auth: [{ type: 'signature', provider: 'github', secrets }] } });
  gateway = await startTestGateway({
    secrets: { NEW: 'new', OLD: 'old' },
    workflows: { github: auth('{{$env.NEW}}', '{{$env.OLD}}'), 'no-secret': auth('{{$env.GONE}}') },
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.storage.accepted.length = 0;
  gateway.storage.logged.length = 0;
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

  it('is answered at once when it is a ping', async () => {
    const answer = await send('/api/webhooks/github', signed(github, body, { headers: { 'x-github-event': 'ping' } }));
    expect([answer.status, answer.text, answer.headers['x-execution-id']]).toEqual([200, 'pong', undefined]);
    expect(lastLogged()).toMatchObject({ verdict: 'handshake', gate: 13 });
    const unsigned = await send('/api/webhooks/github', { body, headers: { 'x-github-event': 'ping' } });
    expect(unsigned.status).toBe(401);
  });
});
