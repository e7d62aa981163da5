import { describe, expect, it } from '@jest/globals';
import { FailureBudget } from './failure-budget.js';

function budgetOf(count: number) {
  const clock = { now: 0 };
  return { clock, budget: new FailureBudget({ count, per: 60_000 }, () => clock.now) };
}

describe('the budget of authentication failures', () => {
  it('is used up by exactly its count, and is new when its time is over', () => {
    const { clock, budget } = budgetOf(1_000);
    for (let failures = 0; failures < 1_000; failures++) {
      expect(budget.waitMs(1, '192.0.2.1')).toBe(0);
      budget.burn(1, '192.0.2.1');
      clock.now += 10;
    }
    expect(budget.waitMs(1, '192.0.2.1')).toBe(50_000);
    clock.now = 59_999;
    expect(budget.waitMs(1, '192.0.2.1')).toBe(1);
    clock.now = 60_000;
    expect(budget.waitMs(1, '192.0.2.1')).toBe(0);
    budget.burn(1, '192.0.2.1');
    expect(budget.waitMs(1, '192.0.2.1')).toBe(0);
  });

  it('is one per address and workflow, and one for an IPv6 network', () => {
    const { budget } = budgetOf(2);
    budget.burn(1, '2001:db8::1');
    budget.burn(1, '2001:db8::2');
    expect(budget.waitMs(1, '2001:db8::3')).toBeGreaterThan(0);
    expect(budget.waitMs(1, '2001:db8:0:1::1')).toBe(0);
    expect(budget.waitMs(2, '2001:db8::1')).toBe(0);
    expect(budget.waitMs(1, '192.0.2.1')).toBe(0);
  });
});
