import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { ApiCaller } from './api-caller.js';
import { verifyRun } from './verify-run.js';

type Row = Record<string, Json>;

/** A management API over lists, two rows a page. */
function apiOf(requests: Row[], executions: Row[], duplicates: Row[] = []): ApiCaller {
  const listOf = (url: URL) => {
    if (url.pathname === '/executions') return executions;
    return url.searchParams.get('verdict') === 'duplicate' ? duplicates : requests;
  };
  return async (_method, path) => {
    const url = new URL(path, 'http://admin');
    const rows = listOf(url);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + 2;
    return { items: rows.slice(from, next), nextCursor: next < rows.length ? String(next) : null };
  };
}

const request = (n: number): Row => ({ id: `r${n}`, executionId: `e${n}` });
const execution = (n: number): Row => ({ id: `e${n}`, requestId: `r${n}`, status: 'resolved', endedAt: 'then' });
const NUMBERS = [1, 2, 3, 4, 5];
const expected = { distinct: 5, repeated: 0, uncertain: 0 };

describe('verifyRun', () => {
  it('finds nothing when each accepted request has its one ended execution', async () => {
    const api = apiOf(NUMBERS.map(request), NUMBERS.map(execution));
    expect(await verifyRun(api, 'k', expected)).toEqual({ executions: 5, faults: [] });
  });

  it('allows requests that were accepted although the load generator got no answer', async () => {
    const api = apiOf(NUMBERS.map(request), NUMBERS.map(execution));
    expect((await verifyRun(api, 'k', { ...expected, distinct: 4, uncertain: 1 })).faults).toEqual([]);
    expect((await verifyRun(api, 'k', { ...expected, distinct: 3, uncertain: 1 })).faults).toEqual([
      '3 requests were accepted, but there are 5 executions',
    ]);
  });

  it('finds a lost execution', async () => {
    const api = apiOf(NUMBERS.map(request), NUMBERS.slice(1).map(execution));
    const { faults } = await verifyRun(api, 'k', expected);
    expect(faults).toContain('5 requests were accepted, but there are 4 executions');
    expect(faults).toContain('5 accepted requests, 4 executions, 1 do not match');
  });

  it('finds a request that ran twice', async () => {
    const twice = [...NUMBERS.map(execution), { ...execution(6), requestId: 'r1' }];
    const { faults } = await verifyRun(apiOf(NUMBERS.map(request), twice), 'k', { ...expected, uncertain: 1 });
    expect(faults).toContain('1 requests ran twice');
  });

  it('finds an execution that failed', async () => {
    const failed = [...NUMBERS.slice(1).map(execution), { ...execution(1), status: 'error' }];
    const { faults } = await verifyRun(apiOf(NUMBERS.map(request), failed), 'k', expected);
    expect(faults).toEqual(['1 executions did not resolve']);
  });

  it('finds nothing when each repeated answer is a recorded duplicate', async () => {
    const api = apiOf(NUMBERS.map(request), NUMBERS.map(execution), [request(6), request(7), request(8)]);
    expect((await verifyRun(api, 'k', { ...expected, repeated: 3 })).faults).toEqual([]);
  });

  it('finds a duplicate that is not recorded', async () => {
    const api = apiOf(NUMBERS.map(request), NUMBERS.map(execution), [request(6)]);
    expect((await verifyRun(api, 'k', { ...expected, repeated: 2 })).faults).toEqual([
      '2 answers repeated another one, but 1 duplicates are recorded',
    ]);
  });
});
