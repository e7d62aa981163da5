import { describe, expect, it } from '@jest/globals';
import type { SchedulePlan } from '../../contract/workflow-document.js';
import { lastTick, nextTick } from './ticks.js';

const plan = (changes: Partial<SchedulePlan>): SchedulePlan => ({
  kind: 'static',
  startsOn: null,
  repeat: null,
  timeZone: 'UTC',
  endsOn: null,
  ...changes,
});
const berlin = (cron: string) => plan({ repeat: { cron }, timeZone: 'Europe/Berlin' });

/** The next `count` times after `after`, without their milliseconds. */
function ticks(of: SchedulePlan, after: string, count: number): string[] {
  const found: string[] = [];
  const since = new Date(after);
  for (let at: Date | null = since; found.length < count;) {
    at = nextTick(of, since, at);
    if (at === null) return [...found, 'none'];
    found.push(at.toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

describe('the times of a schedule', () => {
  it('follow the pattern in its zone, in winter and in summer', () => {
    expect(ticks(berlin('0 9 * * 1-5'), '2026-03-26T12:00:00Z', 3)).toEqual([
      '2026-03-27T08:00:00Z',
      '2026-03-30T07:00:00Z',
      '2026-03-31T07:00:00Z',
    ]);
  });

  it('move a fixed time that the clock jumps over to the moment after the gap', () => {
    expect(ticks(berlin('30 2 * * *'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
  });

  it('take a fixed time that comes twice once, and steps in both hours', () => {
    expect(ticks(berlin('30 2 * * *'), '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
    expect(ticks(berlin('0 * * * *'), '2026-10-24T23:30:00Z', 4)).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-25T03:00:00Z',
    ]);
  });

  it('skip days that a month does not have, and know its last one', () => {
    expect(ticks(plan({ repeat: { cron: '0 0 31 * *' } }), '2026-01-31T12:00:00Z', 2)).toEqual([
      '2026-03-31T00:00:00Z',
      '2026-05-31T00:00:00Z',
    ]);
    expect(ticks(plan({ repeat: { cron: '0 0 L * *' } }), '2028-01-31T12:00:00Z', 2)).toEqual([
      '2028-02-29T00:00:00Z',
      '2028-03-31T00:00:00Z',
    ]);
  });

  it('begin at the start, itself included, and stop at the end, itself included', () => {
    const bounded = { startsOn: '2026-01-01T10:00:00Z', endsOn: '2026-01-01T12:00:00Z' };
    const hours = ['2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z', '2026-01-01T12:00:00Z', 'none'];
    expect(ticks(plan({ ...bounded, repeat: { cron: '0 * * * *' } }), '2025-12-31T00:00:00Z', 4)).toEqual(hours);
    expect(ticks(plan({ ...bounded, repeat: { everyMs: 3_600_000 } }), '2025-12-31T00:00:00Z', 4)).toEqual(hours);
    expect(ticks(plan({ startsOn: bounded.startsOn }), '2025-12-31T00:00:00Z', 2)).toEqual([hours[0], 'none']);
  });

  it('count steps without a start from the moment of switching on', () => {
    expect(ticks(plan({ repeat: { everyMs: 90_000 } }), '2026-01-01T00:00:10Z', 2)).toEqual([
      '2026-01-01T00:01:40Z',
      '2026-01-01T00:03:10Z',
    ]);
  });

  it.each([
    ['a pattern', { repeat: { cron: '0 * * * *' } }, '2026-01-08T12:00:00.000Z'],
    ['a step', { repeat: { everyMs: 3_600_000 }, startsOn: '2026-01-01T00:30:00Z' }, '2026-01-08T12:30:00.000Z'],
    ['a single time', { startsOn: '2026-01-02T00:00:00Z' }, '2026-01-02T00:00:00.000Z'],
    ['an end', { repeat: { cron: '0 * * * *' }, endsOn: '2026-01-05T06:30:00Z' }, '2026-01-05T06:00:00.000Z'],
  ])('have a last one before a moment: %s', (_what, changes, expected) => {
    const since = new Date('2026-01-01T00:00:00Z');
    expect(lastTick(plan(changes), since, since, new Date('2026-01-08T12:59:59.900Z'))?.toISOString()).toBe(expected);
  });

  it('count the very second that the moment lies in, and nothing before the first wanted one', () => {
    const hourly = plan({ repeat: { cron: '0 * * * *' } });
    const [since, at] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T05:00:00Z')];
    expect(lastTick(hourly, since, since, at)).toEqual(at);
    expect(lastTick(hourly, since, new Date('2026-01-01T04:30:00Z'), new Date('2026-01-01T04:59:00Z'))).toBeNull();
  });
});
