import { describe, expect, it } from '@jest/globals';
import { FAULT_KINDS, planFaults } from './schedule.js';

describe('the plan of a fault run', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planFaults(7, 3)).toEqual(planFaults(7, 3));
    expect(planFaults(7, 3)).not.toEqual(planFaults(8, 3));
  });

  it.each([1, 3, 30])('has every kind of fault in %d minutes, one after the other', (minutes) => {
    const plan = planFaults(1, minutes);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(plan.map(({ at }) => at)).toEqual(plan.map(({ at }) => at).sort((a, b) => a - b));
  });
});
