import { describe, expect, it } from '@jest/globals';
import { createDueRequests } from './due-requests.js';

describe('the due requests of an open loop', () => {
  it('are spread evenly over the time, whenever they are taken', () => {
    const due = createDueRequests(4, 1, 1000);
    const taken = [due.take(), due.take(), due.take(), due.take()];
    expect(taken.map(({ dueAt }) => dueAt)).toEqual([1000, 1250, 1500, 1750]);
    expect(taken.map(({ n }) => n)).toEqual([0, 1, 2, 3]);
  });

  it('end when rate times seconds have been taken', () => {
    const due = createDueRequests(500, 0.004, 0);
    due.take();
    expect(due.next()).toBe(2);
    due.take();
    expect(due.next()).toBeNull();
  });
});
