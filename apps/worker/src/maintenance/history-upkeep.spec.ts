import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MaintenanceStore, PruneOptions, PruneResult } from '#storage';
import { HistoryUpkeep } from './history-upkeep.js';

const MINUTE = 60_000;

describe('the upkeep of history', () => {
  let upkeep: HistoryUpkeep;
  let prune: jest.Mock<MaintenanceStore['prune']>;
  let deleteDue: jest.Mock<MaintenanceStore['deleteDue']>;
  let logger: Record<'info' | 'warn' | 'error', jest.Mock>;

  beforeEach(() => {
    jest.useFakeTimers();
    prune = jest.fn(async (_options: PruneOptions): Promise<PruneResult | null> => null);
    deleteDue = jest.fn(async () => 0);
    logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    upkeep = new HistoryUpkeep({ prune, deleteDue }, { retentionMs: 5 }, logger as never);
    upkeep.start();
  });

  afterEach(async () => {
    await upkeep.stop();
    jest.useRealTimers();
  });

  it('prunes a minute after the start and then every ten minutes', async () => {
    await jest.advanceTimersByTimeAsync(MINUTE - 1);
    expect(prune).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(prune).toHaveBeenCalledTimes(1);
    expect(prune.mock.calls[0]![0]).toMatchObject({ retentionMs: 5 });
    await jest.advanceTimersByTimeAsync(20 * MINUTE);
    expect(prune).toHaveBeenCalledTimes(3);
  });

  it('looks every second for what is to be deleted, and goes on while there is more', async () => {
    deleteDue.mockImplementationOnce(async (limit) => limit).mockImplementationOnce(async (limit) => limit - 1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(deleteDue).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(deleteDue).toHaveBeenCalledTimes(5);
  });

  it('logs a fault once when it comes and once when it goes, and goes on', async () => {
    deleteDue.mockRejectedValue(new Error('away'));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(deleteDue).toHaveBeenCalledTimes(5);
    expect(logger.error).toHaveBeenCalledTimes(1);
    deleteDue.mockResolvedValue(0);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(logger.info).toHaveBeenCalledTimes(1);
    deleteDue.mockRejectedValue(new Error('away again'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(logger.error).toHaveBeenCalledTimes(2);
  });

  it('says what was deleted, and which partitions were too busy', async () => {
    prune.mockResolvedValueOnce({ rows: 0, partitions: [], postponed: [] });
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(logger.info).toHaveBeenCalledTimes(0);
    prune.mockResolvedValueOnce({ rows: 3, partitions: ['a'], postponed: ['b'] });
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect(logger.info.mock.calls[0]![0]).toEqual({ rows: 3, partitions: ['a'] });
    expect(logger.warn.mock.calls[0]![0]).toEqual({ partitions: ['b'] });
  });

  it('stops after the batch under way, and tells the pass to end', async () => {
    let end = (): void => undefined;
    prune.mockImplementationOnce(() => new Promise((resolve) => (end = () => resolve(null))));
    await jest.advanceTimersByTimeAsync(MINUTE);
    const stopped = jest.fn();
    const stopping = upkeep.stop().then(stopped);
    expect(prune.mock.calls[0]![0].signal.aborted).toBe(true);
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(stopped).toHaveBeenCalledTimes(0);
    end();
    await stopping;
    const looks = deleteDue.mock.calls.length;
    await jest.advanceTimersByTimeAsync(20 * MINUTE);
    expect([prune.mock.calls.length, deleteDue.mock.calls.length]).toEqual([1, looks]);
  });
});
