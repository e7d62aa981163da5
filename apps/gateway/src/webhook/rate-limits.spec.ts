import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import { FailureBudget } from '../limits/failure-budget.js';
import { RateLimiter } from '../limits/rate-limiter.js';
import {
  startTestGateway,
  type Answer,
  type SendOptions,
  type TestGateway,
  type TestGatewayOptions,
} from '../testing/start-test-gateway.js';

let gateway: TestGateway;
afterEach(() => gateway.stop());

/** A clock that stands still: nothing flows in unless a test says so. */
async function start(options: TestGatewayOptions): Promise<{ now: number }> {
  const clock = { now: 0 };
  const buckets = new RateLimiter({ shared: null, logger: createLogger('test', 'silent'), now: () => clock.now });
  const failures = new FailureBudget({ count: 1_000, per: 60_000 }, () => clock.now);
  gateway = await startTestGateway({
    proxies: ['127.0.0.1'],
    ...options,
    limits: { buckets, failures, ...options.limits },
  });
  return clock;
}

const from = (ip: string, options: SendOptions = {}): SendOptions => ({
  ...options,
  headers: { 'x-forwarded-for': ip, ...options.headers },
});
const repeat = (count: number, path: string, options?: SendOptions): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, () => gateway.send(path, options)));
const statuses = (answers: Answer[]) => Object.groupBy(answers, ({ status }) => String(status));
const SHOP = { trigger: { auth: [{ type: 'token', header: 'x-token', value: 'right' }] } };

describe('gate 3', () => {
  it('refuses an address above its limit with 429 and Retry-After, counts it, and lets others pass', async () => {
    const clock = await start({ workflows: { open: {} }, limits: { perAddress: { rate: 0.5, burst: 3 } } });
    const answers = statuses(await repeat(5, '/api/webhooks/open', from('192.0.2.1')));
    expect(answers['200']).toHaveLength(3);
    const [refused] = answers['429']!;
    expect(refused!.json()).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(refused!.headers['retry-after']).toBe('2');
    expect(gateway.storage.logged.at(-1)).toMatchObject({ verdict: 'refused', gate: 3, reason: 'rate_limited' });
    expect((await gateway.send('/api/webhooks/open', from('192.0.2.2'))).status).toBe(200);
    clock.now += 2_000;
    expect((await gateway.send('/api/webhooks/open', from('192.0.2.1'))).status).toBe(200);
  });

  it('counts requests to unknown URLs and with wrong methods', async () => {
    await start({ workflows: { open: {} }, limits: { perAddress: { rate: 0.5, burst: 2 } } });
    expect((await gateway.send('/api/webhooks/nowhere', from('192.0.2.1'))).status).toBe(404);
    expect((await gateway.send('/api/webhooks/open', from('192.0.2.1', { method: 'GET' }))).status).toBe(405);
    expect((await gateway.send('/api/webhooks/open', from('192.0.2.1'))).status).toBe(429);
  });

  it('takes no forged address for another one, and an IPv6 network for one', async () => {
    await start({ workflows: { open: {} }, limits: { perAddress: { rate: 0.5, burst: 1 } } });
    const senders = ['192.0.2.1', '203.0.113.9, 192.0.2.1', '2001:db8::1', '2001:db8::ffff'];
    const answers = [];
    for (const sender of senders) answers.push((await gateway.send('/api/webhooks/open', from(sender))).status);
    expect(answers).toEqual([200, 429, 200, 429]);
  });

  it('limits all senders together, of which a limited address takes nothing', async () => {
    await start({
      workflows: { open: {} },
      limits: { perAddress: { rate: 0.1, burst: 2 }, overall: { rate: 0.1, burst: 4 } },
    });
    expect(statuses(await repeat(20, '/api/webhooks/open', from('192.0.2.1')))['200']).toHaveLength(2);
    expect(statuses(await repeat(20, '/api/webhooks/open', from('192.0.2.2')))['200']).toHaveLength(2);
    const refused = await gateway.send('/api/webhooks/open', from('192.0.2.3'));
    expect(refused.json().code).toBe('rate_limited');
    expect(refused.headers['retry-after']).toBe('10');
  });

  it('stands behind the limits of size, which take nothing of it', async () => {
    await start({ workflows: { open: {} }, limits: { perAddress: { rate: 0.1, burst: 1 } } });
    const long = `/api/webhooks/open?${'x'.repeat(9_000)}`;
    expect((await gateway.send(long, from('192.0.2.1'))).status).toBe(414);
    expect((await gateway.send('/api/webhooks/open', from('192.0.2.1'))).status).toBe(200);
  });
});

describe('gate 8', () => {
  it('T40 keeps a workflow at ten times its limit from touching another one', async () => {
    const body = JSON.stringify({ a: 1 });
    const headers = { 'content-type': 'application/json' };
    await start({ workflows: { a: { trigger: { rateLimit: { requests: 10, per: '1h' } } }, b: {} } });
    const [a, b] = await Promise.all([
      repeat(100, '/api/webhooks/a', { body, headers }),
      repeat(100, '/api/webhooks/b', { body, headers }),
    ]);
    expect(statuses(b)['200']).toHaveLength(100);
    expect(statuses(a)['200']).toHaveLength(10);
    expect(statuses(a)['429']).toHaveLength(90);
    expect(statuses(a)['429']!.every((answer) => answer.json().code === 'workflow_rate_limited')).toBe(true);
    // The cause: refused before the body was read and before storage was asked for anything but the log.
    expect(gateway.storage.accepted).toHaveLength(110);
    const refused = gateway.storage.logged.filter(({ gate }) => gate === 8);
    expect(refused).toHaveLength(90);
    expect(refused.every((row) => row.body === null && row.reason === 'workflow_rate_limited')).toBe(true);
  });

  it('says after how many seconds the next one passes, and lets it pass then', async () => {
    const clock = await start({ workflows: { a: { trigger: { rateLimit: { requests: 60, per: '1m', burst: 1 } } } } });
    expect((await gateway.send('/api/webhooks/a')).status).toBe(200);
    const refused = await gateway.send('/api/webhooks/a');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    clock.now += 1_001;
    expect((await gateway.send('/api/webhooks/a')).status).toBe(200);
  });

  it('stands behind the address list and before credentials', async () => {
    const auth = [{ type: 'ip', allow: ['192.0.2.0/24'] }, ...SHOP.trigger.auth];
    await start({ workflows: { a: { trigger: { auth, rateLimit: { requests: 1, per: '1h' } } } } });
    const codes = [];
    for (const sender of ['203.0.113.1', '192.0.2.1', '192.0.2.1', '203.0.113.1']) {
      codes.push((await gateway.send('/api/webhooks/a', from(sender))).json().code);
    }
    expect(codes).toEqual(['address_not_allowed', 'unauthorized', 'workflow_rate_limited', 'address_not_allowed']);
  });

  it('takes nothing for a method that is not allowed', async () => {
    await start({ workflows: { a: { trigger: { rateLimit: { requests: 1, per: '1h' } } } } });
    await repeat(5, '/api/webhooks/a', { method: 'GET' });
    expect((await gateway.send('/api/webhooks/a')).status).toBe(200);
  });
});

describe('the budget of authentication failures', () => {
  const right = { headers: { 'x-token': 'right' } };
  const wrong = { headers: { 'x-token': 'wrong' } };

  it('T20 is burnt by 1,000 wrong secrets of one address, and other addresses pass', async () => {
    const clock = await start({ workflows: { shop: SHOP, other: SHOP } });
    const answers = [];
    for (let round = 0; round < 20; round++) {
      answers.push(...(await repeat(50, '/api/webhooks/shop', from('192.0.2.1', wrong))));
    }
    expect(statuses(answers)['401']).toHaveLength(1_000);
    const barred = await gateway.send('/api/webhooks/shop', from('192.0.2.1', { ...wrong, body: 'unread' }));
    expect([barred.status, barred.json().code, barred.headers['retry-after']]).toEqual([
      429,
      'too_many_failures',
      '60',
    ]);
    expect(gateway.storage.logged.at(-1)).toMatchObject({ gate: 8, reason: 'too_many_failures', body: null });
    expect((await gateway.send('/api/webhooks/shop', from('192.0.2.1', right))).status).toBe(429);
    expect((await gateway.send('/api/webhooks/shop', from('192.0.2.2', right))).status).toBe(200);
    expect((await gateway.send('/api/webhooks/other', from('192.0.2.1', right))).status).toBe(200);
    clock.now += 60_000;
    expect((await gateway.send('/api/webhooks/shop', from('192.0.2.1', right))).status).toBe(200);
  });

  const small = () => ({ failures: new FailureBudget({ count: 2, per: 60_000 }) });

  it('T20 is not burnt by wrong methods, unknown URLs and broken bodies', async () => {
    await start({ workflows: { shop: SHOP }, limits: small() });
    await repeat(5, '/api/webhooks/shop', from('192.0.2.1', { method: 'GET' }));
    await repeat(5, '/api/webhooks/nowhere', from('192.0.2.1'));
    const broken = { body: '{', headers: { ...right.headers, 'content-type': 'application/json' } };
    expect(statuses(await repeat(5, '/api/webhooks/shop', from('192.0.2.1', broken)))['400']).toHaveLength(5);
    expect((await gateway.send('/api/webhooks/shop', from('192.0.2.1', right))).status).toBe(200);
  });

  it('is not given back by a valid request', async () => {
    await start({ workflows: { shop: SHOP }, limits: small() });
    const answers = [];
    for (const options of [wrong, right, wrong, right]) {
      answers.push((await gateway.send('/api/webhooks/shop', from('192.0.2.1', options))).status);
    }
    expect(answers).toEqual([401, 200, 401, 429]);
  });

  it('is burnt by wrong signatures', async () => {
    const auth = [{ type: 'signature', provider: 'github', secrets: ['right'] }];
    await start({ workflows: { signed: { trigger: { auth } } }, limits: small() });
    const forged = { body: '{}', headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } };
    const answers = [];
    for (let at = 0; at < 3; at++) {
      answers.push((await gateway.send('/api/webhooks/signed', from('192.0.2.1', forged))).json().code);
    }
    expect(answers).toEqual(['invalid_signature', 'invalid_signature', 'too_many_failures']);
  });

  it('is not burnt by a secret that is missing here', async () => {
    const auth = [{ type: 'token', header: 'x-token', value: '{{$env.GONE}}' }];
    await start({ workflows: { shop: { trigger: { auth } } }, limits: small() });
    expect(statuses(await repeat(5, '/api/webhooks/shop', from('192.0.2.1', right)))['401']).toHaveLength(5);
  });

  it("takes nothing of the workflow's own limit once it is used up", async () => {
    const trigger = { ...SHOP.trigger, rateLimit: { requests: 3, per: '1h' } };
    await start({ workflows: { shop: { trigger } }, limits: small() });
    await repeat(1, '/api/webhooks/shop', from('192.0.2.1', wrong));
    await repeat(1, '/api/webhooks/shop', from('192.0.2.1', wrong));
    await repeat(10, '/api/webhooks/shop', from('192.0.2.1', wrong));
    expect((await gateway.send('/api/webhooks/shop', from('192.0.2.2', right))).status).toBe(200);
  });
});
