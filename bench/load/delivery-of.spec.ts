import { describe, expect, it } from '@jest/globals';
import { deliveryOf } from './delivery-of.js';

const deliveries = Array.from({ length: 1000 }, (_, n) => deliveryOf(n));

describe('deliveryOf', () => {
  it('makes exactly half of the requests duplicates', () => {
    expect(new Set(deliveries).size).toBe(500);
  });

  it('never repeats a delivery that was not sent before', () => {
    const sent = new Set<number>();
    const tooEarly = deliveries.filter((delivery, n) => {
      const early = n % 2 === 1 && !sent.has(delivery);
      sent.add(delivery);
      return early;
    });
    expect(tooEarly).toEqual([]);
  });

  it('repeats some deliveries at once and others long after', () => {
    const distances = deliveries.flatMap((delivery, n) => (n % 2 === 1 ? [n - deliveries.indexOf(delivery)] : []));
    expect(distances.filter((distance) => distance === 1)).toHaveLength(250);
    expect(Math.max(...distances)).toBeGreaterThan(400);
  });
});
