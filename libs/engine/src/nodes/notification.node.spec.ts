import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import type { DeliveryResult, NotificationRequest } from '../contract/ports.js';
import { runNode } from '../testing/run-node.js';
import { notificationNode } from './notification.node.js';

const REFUSED: DeliveryResult = {
  ok: false,
  code: 'channel_refused',
  message: 'no',
  wasSent: false,
  retryAfterMs: null,
};

async function send(config: JsonObject, ...results: DeliveryResult[]) {
  const asked: NotificationRequest[] = [];
  const notifications = {
    send: async (request: NotificationRequest) => {
      asked.push(request);
      return results[Math.min(asked.length, results.length) - 1] ?? { ok: true as const, result: { status: 200 } };
    },
  };
  const context = { data: { who: ['ann', 'bob'], what: 'Tea' } };
  const outcome = await runNode(notificationNode, { config, context, ports: { notifications } });
  return { outcome, asked };
}

describe('a notification', () => {
  it('hands the rendered message to its channel', async () => {
    const message = { to: '{{$context.data.who}}', text: '{{$context.data.what}}!', extra: { deep: 1 } };
    const { outcome, asked } = await send({ channel: 'desk', message });
    expect(outcome).toEqual({ kind: 'done', result: { status: 200 } });
    expect(asked).toMatchObject([
      { channel: 'desk', message: { to: ['ann', 'bob'], text: 'Tea!', extra: { deep: 1 } } },
    ]);
  });

  it('that was not taken fails, or is a result', async () => {
    const failed = await send({ channel: 'desk', message: {} }, REFUSED);
    expect(failed.outcome).toMatchObject({ kind: 'fail', status: 'failed', error: { code: 'channel_refused' } });
    const ignored = await send({ channel: 'desk', message: {}, ignoreFail: true }, REFUSED);
    expect(ignored.outcome).toEqual({ kind: 'done', result: { message: 'no', code: 'channel_refused' } });
  });

  it('is tried again by its policy with the same key', async () => {
    const { asked } = await send({ channel: 'desk', message: {}, retry: { attempts: 3, backoff: 0 } }, REFUSED);
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ messageKey }) => messageKey)).size).toBe(1);
  });
});
