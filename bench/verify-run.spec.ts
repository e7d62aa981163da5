import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { Stack } from './start-stack.js';
import { verifyRun } from './verify-run.js';

type Row = Record<string, Json>;

/** A management API over two lists, two rows a page. */
function stackOf(requests: Row[], executions: Row[]): Stack {
  return {
    gatewayUrl: '',
    api: async (_method, path) => {
      const url = new URL(path, 'http://admin');
      const status = url.searchParams.get('status');
      const all = url.pathname === '/requests' ? requests : executions;
      const rows = status ? all.filter((row) => row['status'] === status) : all;
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const next = from + 2;
      return { items: rows.slice(from, next), nextCursor: next < rows.length ? String(next) : null };
    },
  };
}

const request = (n: number): Row => ({ id: `r${n}`, executionId: `e${n}` });
const execution = (n: number): Row => ({ id: `e${n}`, requestId: `r${n}`, status: 'resolved', endedAt: 'then' });
const NUMBERS = [1, 2, 3, 4, 5];

describe('verifyRun', () => {
  it('finds nothing when each accepted request has its one ended execution', async () => {
    const stack = stackOf(NUMBERS.map(request), NUMBERS.map(execution));
    expect(await verifyRun(stack, 'k', 5, 0)).toMatchObject({ executions: 5, faults: [] });
  });

  it('allows requests that were accepted after the load generator stopped counting', async () => {
    const stack = stackOf(NUMBERS.map(request), NUMBERS.map(execution));
    expect((await verifyRun(stack, 'k', 4, 1)).faults).toEqual([]);
    expect((await verifyRun(stack, 'k', 3, 1)).faults).toEqual([
      '3 requests were accepted, but there are 5 executions',
    ]);
  });

  it('finds a lost execution', async () => {
    const stack = stackOf(NUMBERS.map(request), NUMBERS.slice(1).map(execution));
    const { faults } = await verifyRun(stack, 'k', 5, 0);
    expect(faults).toContain('5 requests were accepted, but there are 4 executions');
    expect(faults).toContain('5 accepted requests, 4 executions, 1 do not match');
  });

  it('finds a request that ran twice', async () => {
    const twice = [...NUMBERS.map(execution), { ...execution(6), requestId: 'r1' }];
    const { faults } = await verifyRun(stackOf(NUMBERS.map(request), twice), 'k', 5, 1);
    expect(faults).toContain('1 requests ran twice');
  });

  it('finds an execution that failed', async () => {
    const failed = [...NUMBERS.slice(1).map(execution), { ...execution(1), status: 'error' }];
    const { faults } = await verifyRun(stackOf(NUMBERS.map(request), failed), 'k', 5, 0);
    expect(faults).toEqual(['1 executions did not resolve']);
  });
});
