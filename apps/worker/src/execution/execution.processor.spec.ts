import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import type { OutcomeToRecord, RunnableExecution } from '#storage';
import { ExecutionProcessor } from './execution.processor.js';

const queue = {
  options: { redisUrl: null, databaseUrl: 'postgres://unused', prefix: 'x', commandTimeoutMs: 1, lockMs: 1000 },
  concurrency: 1,
};
const job = { executionId: 'e', attempt: 1 };
const execution = (status: 'queued' | 'started', attempt: number): RunnableExecution => ({
  id: 'e',
  status,
  attempt,
  leaseId: status === 'started' ? 4 : null,
  workflowId: 1,
  workflowKey: 'k',
  versionId: 1,
  version: 1,
  mode: 'async',
  replyTo: null,
  dedupId: null,
  createdAt: new Date(),
  request: null,
  input: null,
});

async function afterTheLastFault(found: RunnableExecution): Promise<OutcomeToRecord[]> {
  const recorded: OutcomeToRecord[] = [];
  const run = async () => {
    throw new Error('a defect');
  };
  const executions = {
    loadRunnable: async () => found,
    recordOutcome: async (outcome: OutcomeToRecord) => recorded.push(outcome) > 0,
  };
  const replies = { publish: async () => undefined };
  const processor = new ExecutionProcessor(queue, { run }, executions, replies, createLogger('test', 'silent'));
  await processor.handle(job, { redelivered: false, lastTry: true });
  return recorded;
}

describe('ExecutionProcessor', () => {
  it('parks what could not run at the last try', async () => {
    expect(await afterTheLastFault(execution('queued', 1))).toMatchObject([
      { status: 'error', error: { code: 'worker_fault' }, expected: { status: 'queued', attempt: 1 } },
    ]);
  });

  it('leaves an execution alone that somebody claimed or recovered meanwhile', async () => {
    expect(await afterTheLastFault(execution('started', 2))).toEqual([]);
    expect(await afterTheLastFault(execution('queued', 2))).toEqual([]);
  });
});
