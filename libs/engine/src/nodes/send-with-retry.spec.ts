import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import type { Outcome } from '../contract/outcome.js';
import { fakeHttp, type FakeHttp } from '../testing/fake-http.js';
import { runNode, type NodeTest } from '../testing/run-node.js';
import { requestNode } from './request.node.js';

const retry = { attempts: 3, backoff: 0 };

function call(config: JsonObject, http: FakeHttp, test: Partial<NodeTest> = {}): Promise<Outcome> {
  return runNode(requestNode, { ...test, config: { url: 'https://example.com/x', ...config }, ports: { http } });
}

describe('request: trying again', () => {
  const tries = async (config: JsonObject, ...answers: Parameters<typeof fakeHttp>): Promise<number> => {
    const http = fakeHttp(...answers);
    await call(config, http);
    return http.sent.length;
  };
  const fault = (code: 'connect' | 'blocked' | 'timeout' | 'protocol' | 'too_large' | 'invalid_url') =>
    ({ ok: false, code, message: code }) as const;

  it('happens once without a policy', async () => {
    expect(await tries({}, fault('connect'))).toBe(1);
  });

  it('counts all tries and stops at the first success', async () => {
    expect(await tries({ retry }, fault('connect'))).toBe(3);
    expect(await tries({ retry }, fault('connect'), { status: 200 })).toBe(2);
  });

  it('follows answers that say it did not work', async () => {
    for (const status of [408, 425, 429, 500, 503])
      expect([status, await tries({ retry }, { status })]).toEqual([status, 3]);
    for (const status of [301, 400, 401, 404, 409, 422])
      expect([status, await tries({ retry }, { status })]).toEqual([status, 1]);
  });

  it('never follows an outcome that is open, unless twice does no harm', async () => {
    const open = [fault('timeout'), fault('protocol'), { status: 502 }, { status: 504 }];
    for (const answer of open) {
      expect(await tries({ retry }, answer)).toBe(1);
      expect(await tries({ retry, repeatable: true }, answer)).toBe(3);
      expect(await tries({ retry, method: 'GET' }, answer)).toBe(3);
    }
  });

  it('never follows what would be refused again', async () => {
    for (const code of ['blocked', 'invalid_url', 'too_large'] as const) {
      expect(await tries({ retry, repeatable: true }, fault(code))).toBe(1);
    }
  });

  it('does not wait longer than a worker has patience for', async () => {
    expect(await tries({ retry }, { status: 429, headers: { 'retry-after': '86400' } })).toBe(1);
    expect(await tries({ retry }, { status: 429, headers: { 'retry-after': '0' } })).toBe(3);
  });

  it('ends at once when the execution is stopped while it waits', async () => {
    const stop = new AbortController();
    const http = fakeHttp(fault('connect'));
    const running = call({ retry: { attempts: 3, backoff: 60_000 } }, http, { signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await running).toMatchObject({ kind: 'fail', error: { code: 'connect' } });
    expect(http.sent).toHaveLength(1);
  });

  it('sends the same Idempotency-Key at each try of a repeatable request, another one in the next round', async () => {
    const keys = async (round: number): Promise<(string | undefined)[]> => {
      const http = fakeHttp({ status: 503 });
      await call({ retry, repeatable: true }, http, { node: { rounds: [round] } });
      return http.sent.map(({ headers }) => headers['idempotency-key']);
    };
    const first = await keys(1);
    expect(first[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(new Set(first).size).toBe(1);
    expect(await keys(1)).toEqual(first);
    expect(await keys(2)).not.toEqual(first);
  });

  it('sends no Idempotency-Key otherwise, and the one of the config when there is one', async () => {
    const plain = fakeHttp();
    await call({}, plain);
    expect(plain.sent[0]?.headers).not.toHaveProperty('idempotency-key');
    const headers = [{ name: 'Idempotency-Key', value: 'mine' }];
    const given = fakeHttp();
    await call({ repeatable: true, headers }, given);
    expect(given.sent[0]?.headers['idempotency-key']).toBe('mine');
  });
});
