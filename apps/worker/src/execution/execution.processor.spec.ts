import { describe, expect, it } from '@jest/globals';
import { LostClaim } from '#engine';
import { createLogger } from '#shared';
import { StorageUnavailable, type EndResult } from '#storage';
import type { ExecuteWorkflow } from './execute-workflow.js';
import { ExecutionProcessor } from './execution.processor.js';

const queue = {
  options: { redisUrl: null, databaseUrl: 'postgres://unused', prefix: 'x', commandTimeoutMs: 1, lockMs: 1000 },
  concurrency: 1,
  producer: { enqueueLater: async () => undefined },
};
const member = { executionId: 'e', attempt: 1 };

function processorOver(run: ExecuteWorkflow['run'], ended: EndResult = { kind: 'ended', replyTo: 'gateway-a' }) {
  const endings: unknown[] = [];
  const published: unknown[] = [];
  const executions = {
    endFromOutside: async (...args: unknown[]) => {
      endings.push(args);
      return ended;
    },
  };
  const replies = { publish: async (...args: unknown[]) => void published.push(args) };
  const workflow = { run, yieldAll: () => undefined };
  const processor = new ExecutionProcessor(queue, workflow, executions, replies, createLogger('test', 'silent'));
  const handle = (lastTry: boolean, claimed = () => undefined) =>
    processor.handle(member, { redelivered: false, lastTry }, claimed);
  return { handle, endings, published };
}

const failing = (error: unknown, claims = false): ExecuteWorkflow['run'] => {
  return async (_member, { claimed }) => {
    if (claims) claimed();
    throw error;
  };
};

describe('ExecutionProcessor', () => {
  it('parks what could not run at the last try, if it is still as it was handed out, and wakes the waiter', async () => {
    const { handle, endings, published } = processorOver(failing(new Error('a defect')));
    await handle(true);
    const ending = { status: 'error', reason: null, error: { code: 'worker_fault', message: 'a defect' } };
    expect(endings).toEqual([['e', ending, { status: 'queued', attempt: 1, leaseId: null }]]);
    expect(published).toEqual([['gateway-a', 'e']]);
  });

  it('tells nobody of an ending that was not made: somebody claimed or ended the execution meanwhile', async () => {
    const { handle, published } = processorOver(failing(new Error('a defect')), { kind: 'changed' });
    await handle(true);
    expect(published).toEqual([]);
  });

  it('has the queue hand out again what did not run', async () => {
    const { handle, endings } = processorOver(failing(new StorageUnavailable('away')));
    await expect(handle(true)).rejects.toBeInstanceOf(StorageUnavailable);
    expect(endings).toEqual([]);
  });

  it.each([new Error('a defect'), new StorageUnavailable('away')])(
    'leaves to recovery what broke off behind its claim (%s)',
    async (error) => {
      const claimed: string[] = [];
      const { handle, endings } = processorOver(failing(error, true));
      await handle(true, () => void claimed.push('told'));
      expect(claimed).toEqual(['told']);
      expect(endings).toEqual([]);
    },
  );

  it('is done with what belongs to somebody else', async () => {
    const { handle, endings } = processorOver(failing(new LostClaim()));
    await handle(true);
    expect(endings).toEqual([]);
  });
});
