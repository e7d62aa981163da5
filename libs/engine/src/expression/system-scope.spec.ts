import { describe, expect, it } from '@jest/globals';
import { getPath } from './get-path.js';
import { createSystemScope } from './system-scope.js';

const at = (text: string): object => ({ $system: createSystemScope(() => new Date(text), 3) });
const scope = at('2026-03-01T10:20:30.500Z');

describe('createSystemScope', () => {
  it('tells the time in UTC', () => {
    expect(getPath(scope, '$system.now')).toEqual(new Date('2026-03-01T10:20:30.500Z'));
    expect(getPath(scope, '$system.epoch')).toBe(1772360430);
    expect(getPath(scope, '$system.instanceId')).toBe(3);
  });

  it.each([
    ['yesterday', '2026-02-28', '2026-03-01'],
    ['today', '2026-03-01', '2026-03-02'],
    ['tomorrow', '2026-03-02', '2026-03-03'],
    ['lastWeek', '2026-02-16', '2026-02-23'],
    ['thisIsoWeek', '2026-02-23', '2026-03-02'],
    ['nextWeek', '2026-03-02', '2026-03-09'],
    ['lastMonth', '2026-02-01', '2026-03-01'],
    ['thisMonth', '2026-03-01', '2026-04-01'],
    ['nextMonth', '2026-04-01', '2026-05-01'],
    ['lastQuarter', '2025-10-01', '2026-01-01'],
    ['thisQuarter', '2026-01-01', '2026-04-01'],
    ['nextQuarter', '2026-04-01', '2026-07-01'],
    ['lastYear', '2025-01-01', '2026-01-01'],
    ['thisYear', '2026-01-01', '2027-01-01'],
    ['nextYear', '2027-01-01', '2028-01-01'],
    ['last7Days', '2026-02-23', '2026-03-02'],
    ['next7Days', '2026-03-02', '2026-03-09'],
    ['last30Days', '2026-01-31', '2026-03-02'],
    ['next90Days', '2026-03-02', '2026-05-31'],
  ])('gives the range %s', (name, from, to) => {
    expect(getPath(scope, `$system.dateRange.${name}`)).toEqual([from, to, '[)', '+00:00']);
  });

  it('makes snowflake ids that rise and never repeat', () => {
    const ids = Array.from({ length: 5000 }, () => BigInt(String(getPath(scope, '$system.genSnowflakeId'))));
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n))).toBe(true);
  });
});
