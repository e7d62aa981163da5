import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LostClaim } from '#engine';
import { RunningExecutions, type ClaimedExecution } from './running-executions.js';

const claimed = (executionId: string, leaseId = 7): ClaimedExecution => ({
  executionId,
  leaseId,
  abort: new AbortController(),
});

function runningOver(answers: (Set<string> | Error)[]) {
  const asked: [number, string[]][] = [];
  const faults: unknown[] = [];
  const findHeld = async (leaseId: number, ids: readonly string[]) => {
    asked.push([leaseId, [...ids]]);
    const answer = answers.shift() ?? new Set(ids);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const running = new RunningExecutions({ findHeld }, (error) => faults.push(error));
  return { running, asked, faults };
}

describe('RunningExecutions', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('stops what is not held any more, without an outcome, and nothing else', async () => {
    const { running } = runningOver([new Set(['mine'])]);
    const [mine, canceled] = [claimed('mine'), claimed('canceled')];
    running.add(mine);
    running.add(canceled);
    await running.look();
    expect(mine.abort.signal.aborted).toBe(false);
    expect(canceled.abort.signal.reason).toBeInstanceOf(LostClaim);
  });

  it('asks under each lease for the executions that were claimed under it', async () => {
    const { running, asked } = runningOver([]);
    for (const execution of [claimed('a', 7), claimed('b', 8), claimed('c', 7)]) running.add(execution);
    await running.look();
    expect(asked).toEqual([
      [7, ['a', 'c']],
      [8, ['b']],
    ]);
  });

  it('asks once a second while there is something to ask for, in spite of faults, and not longer', async () => {
    const fault = new Error('away');
    const { running, asked, faults } = runningOver([fault]);
    const execution = claimed('a');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toEqual([]);
    running.add(execution);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(asked).toHaveLength(3);
    expect(faults).toEqual([fault]);
    expect(execution.abort.signal.aborted).toBe(false);
    running.remove(execution);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(3);
  });

  it('lets one run of an execution go while another goes on', async () => {
    const { running } = runningOver([new Set()]);
    const [former, current] = [claimed('a', 7), claimed('a', 8)];
    running.add(former);
    running.add(current);
    running.remove(former);
    await running.look();
    expect([former.abort.signal.aborted, current.abort.signal.aborted]).toEqual([false, true]);
  });
});
