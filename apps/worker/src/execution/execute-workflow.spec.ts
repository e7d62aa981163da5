import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import type { RunnableExecution } from '#storage';
import { ExecuteWorkflow, type ExecuteWorkflowParts } from './execute-workflow.js';

const LEASE = 7;

function workflowOver(attempt: number, answers: { claim: boolean }) {
  const calls: unknown[] = [];
  const execution = { id: 'e', status: 'queued', attempt, createdAt: new Date() } as RunnableExecution;
  const parts = {
    executions: {
      loadRunnable: async () => execution,
      claim: async (...args: unknown[]) => {
        calls.push(['claim', ...args]);
        return answers.claim;
      },
      abandon: async (claim: unknown) => void calls.push(['abandon', claim]),
    },
    versions: {
      load: async () => {
        calls.push('load');
        throw new Error('a defect');
      },
    },
    lease: { hold: () => ({ id: LEASE, isHeld: () => true, signal: new AbortController().signal }) },
    logger: createLogger('test', 'silent'),
  } as unknown as ExecuteWorkflowParts;
  return {
    run: (redelivered = false) => new ExecuteWorkflow(parts).run({ executionId: 'e', attempt }, redelivered),
    calls,
  };
}

describe('ExecuteWorkflow', () => {
  it('does not claim what nobody ran before', async () => {
    const { run, calls } = workflowOver(0, { claim: true });
    await expect(run()).rejects.toThrow('a defect');
    expect(calls).toEqual(['load']);
  });

  it.each([
    { what: 'handed out again', attempt: 0, redelivered: true },
    { what: 'recovered', attempt: 1, redelivered: false },
  ])('claims an execution that was $what before it runs, and lets go of it when the run throws', async (given) => {
    const { run, calls } = workflowOver(given.attempt, { claim: true });
    await expect(run(given.redelivered)).rejects.toThrow('a defect');
    const owned = { executionId: 'e', attempt: given.attempt + 1, leaseId: LEASE };
    expect(calls).toEqual([['claim', 'e', given.attempt, LEASE], 'load', ['abandon', owned]]);
  });

  it('does not run what another worker claimed', async () => {
    const { run, calls } = workflowOver(1, { claim: false });
    await run();
    expect(calls).toEqual([['claim', 'e', 1, LEASE]]);
  });
});
