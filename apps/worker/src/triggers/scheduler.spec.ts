import { EngineError, type ScheduleTrigger } from '#engine';
import type { ExecutionJob } from '#queue';
import { createLogger, type JsonObject } from '#shared';
import { StorageUnavailable, type DateLook, type DueSchedule, type ScheduleStore } from '#storage';
import { describe, expect, it } from '@jest/globals';
import { queuedExecution } from '../testing/dispatcher-parts.js';
import { Scheduler } from './scheduler.js';

const now = new Date('2026-01-01T05:20:00Z');
const at = (time: string) => new Date(`2026-01-01T${time}Z`);

function schedule(plan: ScheduleTrigger['plan'], changes: Partial<DueSchedule> = {}): DueSchedule {
  const trigger: ScheduleTrigger = { type: 'schedule', mode: 'async', plan, limit: null, catchUp: 'last' };
  return {
    ...{ workflowId: 1, workflowKey: 'w', versionId: 2, generation: 1, since: at('00:30:00'), nextAt: null, fired: 0 },
    trigger: trigger as unknown as JsonObject,
    ...changes,
  };
}

const hourly = schedule({
  ...{ kind: 'static', startsOn: null, repeat: { cron: '0 * * * *' }, timeZone: 'UTC', endsOn: null },
});
const dated = schedule({ kind: 'dateField', collection: 'orders', field: 'dueAt', offsetMs: 7 });

/** A scheduler over these schedules, each due once, and what it did. */
function schedulerOver(due: DueSchedule[], changes: Partial<ScheduleStore> = {}) {
  const advanced: unknown[] = [];
  const looks: DateLook[] = [];
  const enqueued: ExecutionJob[] = [];
  const schedules: ScheduleStore = {
    findDue: async (limit) => ({ now, due: due.splice(0, limit) }),
    advance: async (_due, tick) => {
      advanced.push(tick);
      return tick.fire === null ? null : queuedExecution(advanced.length);
    },
    fireDates: async (_due, look) => {
      looks.push(look);
      return [queuedExecution(8), queuedExecution(9)];
    },
    ...changes,
  };
  const producer = { enqueue: async (job: ExecutionJob) => void enqueued.push(job) };
  const scheduler = new Scheduler({ schedules, producer, logger: createLogger('test', 'silent') });
  return { scheduler, advanced, looks, enqueued };
}

describe('Scheduler', () => {
  it('fires what is due, waits for the next time, and enqueues at once', async () => {
    const { scheduler, advanced, enqueued } = schedulerOver([hourly]);
    await scheduler.look();
    expect(advanced).toEqual([{ fire: at('05:00:00'), nextAt: at('06:00:00') }]);
    expect(enqueued).toMatchObject([{ executionId: '00000001', attempt: 0, urgent: false }]);
  });

  it('looks for dates of records, all of them unless missed ones are dropped', async () => {
    const none = { ...dated, trigger: { ...dated.trigger, catchUp: 'none', limit: 3 } };
    const { scheduler, looks, enqueued } = schedulerOver([dated, none]);
    await scheduler.look();
    const look = {
      collection: 'orders',
      field: 'dueAt',
      offsetMs: 7,
      now,
      dropAfterMs: null,
      limit: null,
      pauseMs: 5_000,
    };
    expect(looks).toEqual([look, { ...look, dropAfterMs: 60_000, limit: 3 }]);
    expect(enqueued).toHaveLength(4);
  });

  it('goes on until nothing more is due', async () => {
    const { scheduler, advanced } = schedulerOver(Array.from({ length: 250 }, () => hourly));
    await scheduler.look();
    expect(advanced).toHaveLength(250);
  });

  it('puts off one that cannot be worked out, and goes on with the others', async () => {
    const fireDates = async () => {
      throw new EngineError('unknown_collection', 'gone');
    };
    const { scheduler, advanced } = schedulerOver([dated, hourly], { fireDates });
    await scheduler.look();
    expect(advanced).toEqual([
      { fire: null, nextAt: at('05:21:00') },
      { fire: at('05:00:00'), nextAt: at('06:00:00') },
    ]);
  });

  it('lives on while the database is away', async () => {
    let asked = 0;
    const { scheduler } = schedulerOver([], {
      findDue: async () => {
        asked += 1;
        throw new StorageUnavailable('away');
      },
    });
    await expect(scheduler.look()).resolves.toBeUndefined();
    await scheduler.look();
    expect(asked).toBe(2);
  });
});
