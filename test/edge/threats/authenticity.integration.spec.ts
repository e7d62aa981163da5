import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { providers, signMessage, type SigningEntry } from '#signatures';
import { startEdge, until, type Answer, type EdgeRig, type SendOptions } from '../edge-rig.js';

const SECRET = 'a secret of sixteen and more';
const NEXT_SECRET = 'the secret that follows it';
const PUBLIC_URL = 'https://hooks.example.test';
const JSON_TYPE = { 'content-type': 'application/json' };

let rig: EdgeRig;

beforeAll(async () => {
  rig = await startEdge({ gateways: 2 });
  await rig.secret('GH', SECRET);
  await rig.secret('GH_NEXT', NEXT_SECRET);
  await rig.secret('BLANK', '   ');
  for (const key of ['github', 'github-b', 'poison', 'rotation']) {
    const secrets = key === 'rotation' ? ['{{$env.GH}}', '{{$env.GH_NEXT}}'] : ['{{$env.GH}}'];
    await rig.save(key, { auth: [{ type: 'signature', provider: 'github', secrets }] });
  }
  for (const name of ['stripe', 'slack']) {
    await rig.save(name, { auth: [{ type: 'signature', provider: name, secrets: ['{{$env.GH}}'] }] });
  }
  await rig.save('numbers', { dedup: { key: '{{$context.data.id}}' } });
});
afterAll(async () => {
  await rig?.stop();
});

function signed(
  provider: string,
  key: string,
  body: string | Buffer,
  more: Partial<SigningEntry> = {},
  at = new Date(),
) {
  const entry: SigningEntry = { provider, secrets: [SECRET], ...more };
  const url = `${PUBLIC_URL}/api/webhooks/${key}`;
  const request = signMessage(entry, { method: 'POST', url, headers: { ...JSON_TYPE }, body: Buffer.from(body) }, at);
  return { headers: request.headers, body: request.body } satisfies SendOptions;
}

const post = (key: string, options: SendOptions): Promise<Answer> => rig.send(`/api/webhooks/${key}`, options);
const refusedAt = async (answer: Answer): Promise<[number, number | null]> => [
  answer.status,
  (await rig.row(answer)).gate,
];

describe('T01 raw-body verification', () => {
  const body = '{"a": "\\u20ac", "n":1.0}';
  it('T01 accepts the bytes that were signed, whatever their spelling', async () => {
    expect((await post('github', signed('github', 'github', body))).status).toBe(200);
  });
  it('T01 refuses the same JSON serialised anew under the old signature', async () => {
    const { headers } = signed('github', 'github', body);
    const answer = await post('github', { headers, body: JSON.stringify(JSON.parse(body)) });
    expect(await refusedAt(answer)).toEqual([401, 12]);
  });
});

describe('T02 fail closed', () => {
  it.each([...providers.values()].filter(({ secrets }) => secrets === 'required').map(({ name }) => name))(
    'T02 %s cannot be stored without a secret',
    async (provider) => {
      const trigger: JsonObject = { auth: [{ type: 'signature', provider }] };
      await expect(rig.save(`bare-${provider}`, trigger)).rejects.toThrow('/trigger/auth/0');
      for (const secrets of [[], [''], [' ']]) {
        await expect(
          rig.save(`bare-${provider}`, { auth: [{ type: 'signature', provider, secrets }] }),
        ).rejects.toThrow('/trigger/auth/0');
      }
    },
  );
  it.each(['GONE', 'BLANK'])('T02 a secret that is %s refuses everybody at run time', async (name) => {
    const key = `closed-${name.toLowerCase()}`;
    await rig.save(key, { auth: [{ type: 'signature', provider: 'github', secrets: [`{{$env.${name}}}`] }] });
    for (const secret of ['', ' ', '   ', SECRET]) {
      const digest = createHmac('sha256', secret).update('{}').digest('hex');
      const headers = { ...JSON_TYPE, 'x-hub-signature-256': `sha256=${digest}` };
      expect((await post(key, { headers, body: '{}' })).status).toBe(401);
    }
    expect(await rig.executionsOf(key)).toBe(0);
  });
});

describe('T03 missing and doubled signatures', () => {
  const right = () => signed('github', 'github', '{}').headers['x-hub-signature-256']!;
  it.each([
    ['absent', () => ({})],
    ['empty', () => ({ 'x-hub-signature-256': '' })],
    ['doubled, one of them right', () => ({ 'x-hub-signature-256': [right(), `sha256=${'0'.repeat(64)}`] })],
    ['doubled, both right', () => ({ 'x-hub-signature-256': [right(), right()] })],
  ])('T03 refuses a signature that is %s', async (_what, headers) => {
    expect(await refusedAt(await post('github', { headers: { ...JSON_TYPE, ...headers() }, body: '{}' }))).toEqual([
      401, 12,
    ]);
  });
});

describe('T04 strict decoding', () => {
  it.each(['', 'a'.repeat(63), 'a'.repeat(65), 'zz'.repeat(32), 'é'.repeat(64), ' '.repeat(64), '='.repeat(64)])(
    'T04 refuses the digest %j with 401 and never fails',
    async (digest) => {
      const headers = { ...JSON_TYPE, 'x-hub-signature-256': Buffer.from(`sha256=${digest}`).toString('latin1') };
      expect((await post('github', { headers, body: '{}' })).status).toBe(401);
    },
  );
});

describe('T05 malleable signatures', () => {
  it('T05 the same delivery with its hex in capitals, or its query turned round, runs at most once', async () => {
    const sent = signed('github', 'github', '{"once":true}');
    const headers: Record<string, string> = { ...sent.headers, 'x-github-delivery': 'malleable-1' };
    const value = headers['x-hub-signature-256']!;
    const loud = { ...headers, 'x-hub-signature-256': `sha256=${value.slice(7).toUpperCase()}` };
    const first = await rig.send('/api/webhooks/github?a=1&b=2', { headers, body: sent.body });
    const others = [
      await rig.send('/api/webhooks/github?b=2&a=1', { headers, body: sent.body }),
      await rig.send('/api/webhooks/github?a=1&b=2', { headers: loud, body: sent.body }),
    ];
    for (const answer of others.filter(({ status }) => status === 200)) {
      expect(answer.headers['x-execution-id']).toBe(first.headers['x-execution-id']);
      expect(answer.headers['idempotent-replayed']).toBe('true');
    }
  });
});

describe('T06 pinned algorithms', () => {
  it('T06 a right SHA-1 signature does not pass a SHA-256 hook', async () => {
    const digest = createHmac('sha1', SECRET).update('{}').digest('hex');
    const headers = { ...JSON_TYPE, 'x-hub-signature': `sha1=${digest}`, 'x-hub-signature-256': `sha1=${digest}` };
    expect((await post('github', { headers, body: '{}' })).status).toBe(401);
  });
  it('T06 a Stripe header with v0 alone does not pass', async () => {
    const sent = signed('stripe', 'stripe', '{"id":"evt_1"}');
    const headers = { ...sent.headers, 'stripe-signature': sent.headers['stripe-signature']!.replace('v1=', 'v0=') };
    expect((await post('stripe', { headers, body: sent.body })).status).toBe(401);
  });
});

describe('T07 replay window', () => {
  const after = (seconds: number) => new Date(Date.now() + seconds * 1000);
  it.each([-290, 0, 290])('T07 passes a timestamp %d s away', async (seconds) => {
    const sent = signed('slack', 'slack', `{"event_id":"Ev${seconds}"}`, {}, after(seconds));
    expect((await post('slack', sent)).status).toBe(200);
  });
  it.each([-310, 310, -86_400, 86_400])('T07 refuses a timestamp %d s away', async (seconds) => {
    expect(await refusedAt(await post('slack', signed('slack', 'slack', '{}', {}, after(seconds))))).toEqual([401, 12]);
  });
  it.each(['NaN', '1e9', '0x5f5e100', '١٢٣', '-1', '', ' ', String(Date.now()), '1.5'])(
    'T07 refuses the timestamp %j, though it is what was signed',
    async (timestamp) => {
      const bytes = Buffer.from(timestamp).toString('latin1');
      const digest = createHmac('sha256', SECRET).update(`v0:${timestamp}:{}`).digest('hex');
      const headers = { ...JSON_TYPE, 'x-slack-request-timestamp': bytes, 'x-slack-signature': `v0=${digest}` };
      expect((await post('slack', { headers, body: '{}' })).status).toBe(401);
    },
  );
});

describe('T09 dedup is per workflow', () => {
  it('T09 one delivery id on two workflows runs both, twice on one runs once', async () => {
    const ids = await Promise.all(
      ['github', 'github-b', 'github'].map(async (key) => {
        const sent = signed('github', key, '{"scope":1}');
        const answer = await post(key, { ...sent, headers: { ...sent.headers, 'x-github-delivery': 'scope-1' } });
        return answer.headers['x-execution-id'];
      }),
    );
    expect(ids[0]).toBe(ids[2]);
    expect(ids[1]).not.toBe(ids[0]);
  });
});

describe('T10 concurrent duplicates', () => {
  it('T10 200 equal requests over two gateways make one execution, and all are told its id', async () => {
    const headers = { ...JSON_TYPE, 'idempotency-key': 'all-at-once' };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => post('numbers', { gateway: n % 2, headers, body: '{"id":"concurrent"}' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers: got }) => got['x-execution-id'])).size).toBe(1);
    expect(answers.filter(({ headers: got }) => got['idempotent-replayed'] === undefined)).toHaveLength(1);
  });
});

describe('T12 lossless ids', () => {
  it('T12 ids that are one number to JavaScript are two events', async () => {
    const send = (id: string) => post('numbers', { headers: JSON_TYPE, body: `{"id":${id}}` });
    const [first, second] = [await send('9007199254740992'), await send('9007199254740993')];
    expect(first.headers['x-execution-id']).not.toBe(second.headers['x-execution-id']);
    expect((await send('9007199254740993')).headers['x-execution-id']).toBe(second.headers['x-execution-id']);
  });
  it.each([
    ['5,000 characters', 'x'.repeat(5_000)],
    ['colons', 'a:b:c'],
    ['a line feed', 'line\\nline'],
    ['digits', '1234567890'],
    ['a NUL', '\\u0000'],
    ['half a character', '\\ud800'],
  ])('T12 an id of %s is hashed and no fault', async (_what, id) => {
    const send = () => post('numbers', { headers: JSON_TYPE, body: `{"id":"${id}"}` });
    const first = await send();
    expect(first.status).toBe(200);
    expect((await send()).headers['x-execution-id']).toBe(first.headers['x-execution-id']);
  });
});

describe('T13 an unverified id poisons nothing', () => {
  it('T13 a forged delivery does not keep the genuine one out', async () => {
    const sent = signed('github', 'poison', '{}');
    const headers = { ...sent.headers, 'x-github-delivery': 'wanted' };
    const forged = { ...headers, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    expect((await post('poison', { headers: forged, body: '{}' })).status).toBe(401);
    const genuine = await post('poison', { headers, body: sent.body });
    expect([genuine.status, genuine.headers['idempotent-replayed']]).toEqual([200, undefined]);
  });
});

describe('T14 rotation and revocation', () => {
  it('T14 both secrets pass while both are in force, the log says which, and a revoked one is dead everywhere', async () => {
    const tell = async (gateway: number, secret: string, id: string) => {
      const sent = signed('github', 'rotation', '{}', { secrets: [secret] });
      return post('rotation', { gateway, ...sent, headers: { ...sent.headers, 'x-github-delivery': id } });
    };
    const [old, next] = [await tell(0, SECRET, 'old'), await tell(1, NEXT_SECRET, 'next')];
    expect([(await rig.row(old)).secretName, (await rig.row(next)).secretName]).toEqual(['GH', 'GH_NEXT']);
    await rig.storage.secrets.delete('GH_NEXT');
    for (const gateway of [0, 1]) {
      await until(async () => (await tell(gateway, NEXT_SECRET, `late-${Math.random()}`)).status === 401 || null);
      expect((await tell(gateway, SECRET, `still-${gateway}`)).status).toBe(200);
    }
  });
});

describe('T15 URL-bound schemes', () => {
  it('T15 Host and X-Forwarded-Host change no verdict', async () => {
    await rig.save('square', { auth: [{ type: 'signature', provider: 'square', secrets: ['{{$env.GH}}'] }] });
    const genuine = signed('square', 'square', '{"event_id":"e1"}');
    const lies = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    expect((await post('square', { ...genuine, headers: { ...genuine.headers, ...lies } })).status).toBe(200);
    const entry: SigningEntry = { provider: 'square', secrets: [SECRET] };
    const url = 'https://evil.example/api/webhooks/square';
    const forged = signMessage(
      entry,
      { method: 'POST', url, headers: { ...JSON_TYPE }, body: Buffer.from('{}') },
      new Date(),
    );
    expect((await post('square', { headers: { ...forged.headers, ...lies }, body: '{}' })).status).toBe(401);
  });
});
