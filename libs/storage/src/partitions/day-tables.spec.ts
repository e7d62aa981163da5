import { idFloor, newId } from '#shared';
import { describe, expect, it } from '@jest/globals';
import { commonDay, partitionSuffix, tablesOfDay } from './day-tables.js';

const at = (time: string) => idFloor(new Date(time));

describe('the day of ids', () => {
  it('is that of their time, in UTC', () => {
    const day = commonDay([at('2026-11-23T00:00:00.000Z'), at('2026-11-23T23:59:59.999Z')]);
    expect(partitionSuffix(day!)).toBe('p20261123');
    expect(partitionSuffix(commonDay([newId()])!)).toBe(
      `p${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`,
    );
  });

  it('is unknown when they fall on two, and when there are none', () => {
    expect(commonDay([at('2026-11-23T23:59:59.999Z'), at('2026-11-24T00:00:00.000Z')])).toBeNull();
    expect(commonDay([])).toBeNull();
  });

  it('is unknown for what is no id', () => {
    expect(commonDay(['x'])).toBeNull();
  });

  it('names the partitions', () => {
    expect(tablesOfDay(commonDay([at('2026-11-23T12:00:00.000Z')])!)).toMatchObject({
      executions: 'executions_p20261123',
      node_runs: 'node_runs_p20261123',
    });
  });
});
