import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signed } from '../testing/sign.js';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.js';
import { BodyBudget } from './body-budget.js';

describe('a budget of bodies', () => {
  it('gives what fits, takes back what was held, once', () => {
    const budget = new BodyBudget(10);
    const [one, other] = [{ heldBytes: 0 }, { heldBytes: 0 }];
    expect([budget.take(one, 6), budget.take(other, 5), budget.take(other, 4)]).toEqual([true, false, true]);
    budget.release(one);
    budget.release(one);
    expect([one.heldBytes, budget.fits(6), budget.fits(7)]).toEqual([0, true, false]);
  });
});

describe('T22: bodies that nobody has vouched for', () => {
  const github = { provider: 'github', secrets: ['a-secret'] };
  let gateway: TestGateway;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    gateway = await startTestGateway({
      unverifiedBodyLimit: 10_000,
      workflows: {
        open: {},
        token: { trigger: { auth: [{ type: 'token', header: 'x-token', value: 'right' }] } },
        github: { trigger: { auth: [{ type: 'signature', ...github }] } },
      },
    });
  });
  afterEach(async () => {
    sockets.forEach((socket) => socket.destroy());
    await gateway.stop();
  });

  /** Sends a head and some of its body, and stays. */
  async function half(head: string, body: string): Promise<Socket> {
    const socket = connect(gateway.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write(`POST /api/webhooks/github HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n${body}`);
    return socket;
  }
  const isFull = async (bytes: number) => {
    while (gateway.services.bodies.fits(bytes)) await sleep(5);
  };
  const isFree = async (bytes: number) => {
    while (!gateway.services.bodies.fits(bytes)) await sleep(5);
  };

  it('are held up to a limit over all requests; what is sent beyond gets 503 with Retry-After', async () => {
    await half('content-length: 9000', 'x'.repeat(8_000));
    await isFull(2_001);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }] as Record<string, string>[]) {
      const answer = await gateway.send('/api/webhooks/open', { body: 'x'.repeat(2_001), headers });
      expect([answer.status, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'too_many_bodies', '1']);
    }
    expect(gateway.storage.logged.map(({ gate, reason }) => [gate, reason])).toEqual([
      [10, 'too_many_bodies'],
      [10, 'too_many_bodies'],
    ]);
    expect((await gateway.send('/api/webhooks/open', { body: 'x'.repeat(2_000) })).status).toBe(200);
  });

  it('count as what they are, not as what they announce', async () => {
    await half('content-length: 10000', 'x');
    await isFull(10_000);
    expect((await gateway.send('/api/webhooks/open', { body: 'x'.repeat(9_000) })).status).toBe(200);
  });

  it('count again as what they are unpacked to', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const answer = await gateway.send('/api/webhooks/open', { headers, body: gzipSync('x'.repeat(9_999)) });
    expect([answer.status, answer.json().code]).toEqual([503, 'too_many_bodies']);
  });

  it('are let go when the sender hangs up, when they are refused and when they are verified', async () => {
    const socket = await half('content-length: 9000', 'x'.repeat(8_000));
    await isFull(10_000);
    socket.destroy();
    await isFree(10_000);
    const body = 'x'.repeat(9_000);
    expect((await gateway.send('/api/webhooks/github', { body })).status).toBe(401);
    await isFree(10_000);
    expect((await gateway.send('/api/webhooks/github', signed(github, `{"a":"${body}"}`))).status).toBe(200);
    expect(gateway.services.bodies.fits(10_000)).toBe(true);
  });

  it('of senders with wrong credentials are refused before they are read', async () => {
    await half('content-length: 9000', 'x'.repeat(8_000));
    await isFull(2_001);
    const answer = await gateway.send('/api/webhooks/token', { body: 'x'.repeat(9_000) });
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
  });
});
