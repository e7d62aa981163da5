import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#shared';
import type { ExecutionDetail } from '#storage';
import { blankExecution } from '../testing/in-memory-storage.js';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

describe('canceling an execution', () => {
  let test: TestAdmin;
  beforeAll(async () => {
    test = await startTestAdmin();
  });
  afterAll(() => test.close());

  function execution(more: Partial<ExecutionDetail> = {}): string {
    const row = { ...blankExecution(newId()), ...more };
    test.storage.executionRows.push(row);
    return row.id;
  }

  const cancel = (id: string) => test.call('POST', `/api/v1/executions/${id}/cancel`, { as: 'operator' });

  it.each(['queued', 'started'] as const)('ends a %s one and answers it', async (status) => {
    const id = execution({ status });
    const answer = await cancel(id);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id, status: 'canceled', reason: 'manual_cancel', error: { code: 'canceled' } });
  });

  it('wakes the sender who waits for its reply', async () => {
    const id = execution({ status: 'started' });
    test.storage.waiters.set(id, test.replies.instance);
    const woken = new Promise<string>((resolve) => test.replies.listen(id, () => resolve('woken')));
    await cancel(id);
    expect(await woken).toBe('woken');
  });

  it('refuses one that has ended, and says how', async () => {
    const answer = await cancel(execution({ status: 'resolved', endedAt: new Date() }));
    expect([answer.status, answer.json.code]).toEqual([409, 'execution_ended']);
    expect(answer.json.detail).toContain('resolved');
  });

  it('does not know others', async () => {
    expect((await cancel(newId())).status).toBe(404);
    expect((await cancel('none')).status).toBe(404);
  });
});
