import { describe, expect, it } from '@jest/globals';
import { createLoadTally } from './load-tally.js';

const never = Infinity;

describe('the tally of a load', () => {
  it('counts each delivery that was accepted once, however often it was repeated', () => {
    const tally = createLoadTally({ status: 200, duplicates: true }, never);
    for (let n = 0; n < 8; n++) tally.answered(n, 200, 0);
    expect(tally.result(0)).toMatchObject({ accepted: 8, distinct: 4 });
  });

  it('does not count a delivery of which every request was refused', () => {
    const tally = createLoadTally({ status: 200, duplicates: true }, never);
    tally.answered(0, 503, 0);
    tally.answered(1, 503, 0);
    tally.answered(2, 200, 0);
    expect(tally.result(0)).toMatchObject({ accepted: 1, distinct: 1, refused: { 503: 2 } });
  });

  it('tells broken connections and silence from refusals', () => {
    const tally = createLoadTally({ status: 200, duplicates: false }, never);
    tally.answered(0, null, 0);
    tally.answered(1, 429, 0);
    expect(tally.result(3).refused).toEqual({ broken: 1, 429: 1, silent: 3 });
  });

  it('accepts what is answered after the time is up, but not in time', () => {
    const tally = createLoadTally({ status: 200, duplicates: false }, -1);
    tally.answered(0, 200, 0);
    expect(tally.result(0)).toMatchObject({ accepted: 1, acceptedInTime: 0, distinct: 1 });
  });
});
