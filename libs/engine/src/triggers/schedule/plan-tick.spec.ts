import { describe, expect, it } from '@jest/globals';
import type { SchedulePlan, ScheduleTrigger } from '../../contract/workflow-document.js';
import { planTick, type ScheduleProgress } from './plan-tick.js';

const at = (time: string) => new Date(`2026-01-01T${time}Z`);

function schedule(changes: Partial<ScheduleTrigger> = {}, plan: Partial<SchedulePlan> = {}) {
  const hourly: SchedulePlan = {
    ...{ kind: 'static', startsOn: null, repeat: { cron: '0 * * * *' }, timeZone: 'UTC', endsOn: null },
    ...plan,
  };
  const trigger: ScheduleTrigger = { type: 'schedule', mode: 'async', plan: hourly, limit: null, catchUp: 'last' };
  return { ...trigger, ...changes, plan: hourly };
}

const progress = (changes: Partial<ScheduleProgress> = {}): ScheduleProgress => ({
  since: at('00:30:00'),
  nextAt: null,
  fired: 0,
  ...changes,
});

describe('planTick', () => {
  it('waits for the first time after switching on, and never fires one before', () => {
    expect(planTick(schedule(), progress(), at('00:30:01'))).toEqual({ fire: null, nextAt: at('01:00:00') });
    const past = schedule({}, { startsOn: '2026-01-01T00:10:00Z', repeat: null });
    expect(planTick(past, progress(), at('00:30:01'))).toEqual({ fire: null, nextAt: null });
  });

  it('fires the time that has come, and waits for the next', () => {
    const due = progress({ nextAt: at('01:00:00') });
    expect(planTick(schedule(), due, at('01:00:00'))).toEqual({ fire: at('01:00:00'), nextAt: at('02:00:00') });
    expect(planTick(schedule(), due, at('00:59:59.999'))).toEqual({ fire: null, nextAt: at('01:00:00') });
  });

  it('makes up for missed times with the latest of them', () => {
    const due = progress({ nextAt: at('01:00:00') });
    expect(planTick(schedule(), due, at('05:20:00'))).toEqual({ fire: at('05:00:00'), nextAt: at('06:00:00') });
    expect(planTick(schedule(), progress(), at('05:20:00'))).toEqual({ fire: at('05:00:00'), nextAt: at('06:00:00') });
  });

  it('drops missed times when nothing shall be made up, and takes one that is only late', () => {
    const due = progress({ nextAt: at('01:00:00') });
    const none = schedule({ catchUp: 'none' });
    expect(planTick(none, due, at('05:20:00'))).toEqual({ fire: null, nextAt: at('06:00:00') });
    expect(planTick(none, due, at('05:00:40'))).toEqual({ fire: at('05:00:00'), nextAt: at('06:00:00') });
  });

  it('stops at the limit', () => {
    const limited = schedule({ limit: 3 });
    const due = (fired: number) => progress({ nextAt: at('01:00:00'), fired });
    expect(planTick(limited, due(1), at('01:00:00')).nextAt).toEqual(at('02:00:00'));
    expect(planTick(limited, due(2), at('01:00:00'))).toEqual({ fire: at('01:00:00'), nextAt: null });
    expect(planTick(limited, due(3), at('01:00:00'))).toEqual({ fire: null, nextAt: null });
  });

  it('stops at the end, having fired the last time', () => {
    const ending = schedule({}, { endsOn: '2026-01-01T02:30:00Z' });
    const due = progress({ nextAt: at('01:00:00') });
    expect(planTick(ending, due, at('09:00:00'))).toEqual({ fire: at('02:00:00'), nextAt: null });
  });
});
