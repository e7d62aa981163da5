import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { redisCommand } from '../support/redis-command.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';
import { startRedis } from '../support/start-redis.mjs';

const DELIVERIES = 200;

const ASYNC: Record<string, Json> = {
  key: 'orders',
  enabled: true,
  trigger: { type: 'webhook', mode: 'async', response: { status: 202, body: { taken: '{{$context.data.order}}' } } },
  nodes: [{ key: 'order', type: 'output', config: { value: '{{$context.data.order}}' } }],
};
const SYNC: Record<string, Json> = {
  key: 'prices',
  enabled: true,
  trigger: { type: 'webhook', mode: 'sync' },
  nodes: [
    { key: 'double', type: 'script', config: { content: 'return context.data.order * 2' } },
    { key: 'answer', type: 'response', config: { status: 201, body: { price: '{{$jobsMapByNodeKey.double}}' } } },
  ],
};

describe('one event delivered many times at once to two gateways', () => {
  let hookmill: Hookmill;
  // One of its own: emptying the shared one would reach other specs.
  let redis: { url: string; pid: number };
  const directory = mkdtempSync(join(tmpdir(), 'hookmill-redis-'));

  beforeAll(async () => {
    redis = await startRedis({ directory, say: () => undefined });
    hookmill = await startHookmill({ redis: redis.url, gateways: 2, workers: 1 });
    await hookmill.apply(ASYNC);
    await hookmill.apply(SYNC);
  }, 90_000);
  afterAll(async () => {
    await hookmill?.stop();
    process.kill(redis.pid);
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  async function deliver(key: string, deliveryId: string, count: number) {
    const sent = Array.from({ length: count }, async (_, index) => {
      const answer = await fetch(`${hookmill.gatewayUrls[index % 2]}/api/webhooks/${key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': deliveryId },
        body: '{"order":21}',
      });
      return {
        status: answer.status,
        text: await answer.text(),
        execution: answer.headers.get('x-execution-id'),
        replayed: answer.headers.get('idempotent-replayed'),
        request: answer.headers.get('x-request-id'),
      };
    });
    return await Promise.all(sent);
  }

  async function recordedOnce(key: string, deliveryId: string, execution: string, deliveries: number) {
    const ended = await eventually(
      () => hookmill.api('GET', `/executions/${execution}`),
      ({ body }) => Boolean(body['endedAt']),
    );
    expect(ended.body['status']).toBe('resolved');
    const path = `/requests?workflow=${key}&deliveryId=${deliveryId}&limit=200`;
    const requests = (await hookmill.api('GET', path)).body['items'] as Record<string, Json>[];
    const verdicts = requests.map((request) => request['verdict']);
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict === 'duplicate')).toHaveLength(Math.min(deliveries, 200) - 1);
    expect(new Set(requests.map((request) => request['executionId']))).toEqual(new Set([execution]));
  }

  it.each([
    { mode: 'async', key: 'orders', status: 202, text: '{"taken":21}' },
    { mode: 'sync', key: 'prices', status: 201, text: '{"price":42}' },
  ])(
    'starts one $mode execution and gives everybody its answer',
    async ({ key, status, text }) => {
      const answers = await deliver(key, 'd-1', DELIVERIES);
      expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`))).toEqual(
        new Set([`${status} ${text}`]),
      );
      expect(new Set(answers.map((answer) => answer.execution)).size).toBe(1);
      expect(new Set(answers.map((answer) => answer.request)).size).toBe(DELIVERIES);
      expect(answers.filter((answer) => answer.replayed === 'true')).toHaveLength(DELIVERIES - 1);
      await recordedOnce(key, 'd-1', answers[0]!.execution!, DELIVERIES);
    },
    60_000,
  );

  it.each([
    { mode: 'async', key: 'orders' },
    { mode: 'sync', key: 'prices' },
  ])(
    'starts one $mode execution although Redis forgets everything in between',
    async ({ key }) => {
      const before = await deliver(key, 'd-2', DELIVERIES / 2);
      expect(await redisCommand(redis.url, 'FLUSHALL')).toBe('+OK');
      const after = await deliver(key, 'd-2', DELIVERIES / 2);
      const answers = [...before, ...after];
      expect(new Set(answers.map((answer) => `${answer.status} ${answer.text} ${answer.execution}`)).size).toBe(1);
      expect(after.every((answer) => answer.replayed === 'true')).toBe(true);
      await recordedOnce(key, 'd-2', before[0]!.execution!, DELIVERIES);
      const next = await deliver(key, 'd-3', 1);
      await recordedOnce(key, 'd-3', next[0]!.execution!, 1);
    },
    60_000,
  );
});
