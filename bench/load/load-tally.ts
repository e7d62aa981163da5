import { deliveryOf } from './delivery-of.js';
import { createLatencyHistogram } from './latency-histogram.js';
import type { LoadOrder, LoadResult } from './load-order.js';

/** Adds up what became of the requests of one run. */
export interface LoadTally {
  /** @param startedAt performance.now() of its sending (closed loop) or when it was due (open loop) */
  answered(n: number, status: number | null, startedAt: number): void;
  /** @param silent requests without any answer */
  result(silent: number): LoadResult;
}

/** @param endsAt performance.now() when the time of the run is up */
export function createLoadTally(order: Pick<LoadOrder, 'status' | 'duplicates'>, endsAt: number): LoadTally {
  const latencies = createLatencyHistogram();
  const refused: Record<string, number> = {};
  const distinct = new Set<number>();
  let inTime = 0;
  const refuse = (why: string, count: number) => (refused[why] = (refused[why] ?? 0) + count);
  return {
    answered(n, status, startedAt) {
      const now = performance.now();
      if (status !== order.status) {
        refuse(status === null ? 'broken' : String(status), 1);
        return;
      }
      latencies.record(now - startedAt);
      if (now <= endsAt) inTime++;
      if (order.duplicates) distinct.add(deliveryOf(n));
    },
    result(silent) {
      if (silent > 0) refuse('silent', silent);
      const [p50, p90, p99, p999, max] = [50, 90, 99, 99.9, 100].map((percent) => latencies.percentile(percent)) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return {
        accepted: latencies.count,
        acceptedInTime: inTime,
        distinct: order.duplicates ? distinct.size : latencies.count,
        refused,
        latency: { p50, p90, p99, p999, max },
      };
    },
  };
}
