import { describe, expect, it } from '@jest/globals';
import { LostClaim } from '#engine';
import { RejectedRow, StorageUnavailable } from '#storage';
import { createWaitReaders } from './wait-readers.js';

const readers = (fault: Error | null) => {
  const answer =
    <T>(value: T) =>
    () =>
      fault === null ? Promise.resolve(value) : Promise.reject(fault);
  return createWaitReaders({
    tasks: { statesOf: answer([]) },
    executions: { findEnding: answer({ status: 'resolved' as const, output: 7, error: null }) },
  });
};

describe('what waiting nodes read', () => {
  it('is what storage says', async () => {
    const { tasks, executions } = readers(null);
    expect(await tasks.find('run')).toEqual([]);
    expect(await executions.find('child')).toMatchObject({ output: 7 });
  });

  it('lets go of the execution while the database is away: an event does not fail because of that', async () => {
    const { tasks, executions } = readers(new StorageUnavailable('away'));
    await expect(tasks.find('run')).rejects.toBeInstanceOf(LostClaim);
    await expect(executions.find('child')).rejects.toBeInstanceOf(LostClaim);
  });

  it('passes other faults on', async () => {
    await expect(readers(new RejectedRow('bad')).tasks.find('run')).rejects.toBeInstanceOf(RejectedRow);
  });
});
