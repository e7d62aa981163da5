import { describe, expect, it } from '@jest/globals';
import type { DeliveryResult } from '../contract/ports.js';
import { deliverWithRetry } from './deliver-with-retry.js';

type Failure = Extract<DeliveryResult, { ok: false }>;

const failure = (more: Partial<Failure> = {}): Failure => ({
  ok: false,
  code: 'smtp_busy',
  message: 'later',
  wasSent: false,
  retryAfterMs: null,
  ...more,
});

async function tries(results: DeliveryResult[], repeatable = false, stop = new AbortController()): Promise<number> {
  let tried = 0;
  const policy = { attempts: 3, backoff: 0, repeatable };
  await deliverWithRetry(async () => results[Math.min(tried++, results.length - 1)]!, policy, stop.signal);
  return tried;
}

describe('a delivery that is tried again', () => {
  it('is one where nothing was sent, until it works', async () => {
    expect(await tries([failure()])).toBe(3);
    expect(await tries([failure(), { ok: true, result: {} }])).toBe(2);
  });

  it('is no open one, unless twice does no harm', async () => {
    expect(await tries([failure({ wasSent: 'unknown' })])).toBe(1);
    expect(await tries([failure({ wasSent: 'unknown' })], true)).toBe(3);
  });

  it('is never one that happened, was refused for good or was stopped', async () => {
    expect(await tries([failure({ wasSent: true })], true)).toBe(1);
    expect(await tries([failure({ permanent: true })], true)).toBe(1);
    expect(await tries([failure({ code: 'aborted' })], true)).toBe(1);
  });

  it('waits as long as it is asked to, but not for ever', async () => {
    const started = Date.now();
    expect(await tries([failure({ retryAfterMs: 60 })])).toBe(3);
    expect(Date.now() - started).toBeGreaterThanOrEqual(115);
    expect(await tries([failure({ retryAfterMs: 3_600_000 })])).toBe(1);
  });

  it('ends while it waits when the execution is stopped', async () => {
    const stop = new AbortController();
    const running = tries([failure({ retryAfterMs: 50_000 })], false, stop);
    setImmediate(() => stop.abort());
    expect(await running).toBe(1);
  });
});
