/** Counts latencies in buckets that are at most 1/128 of their value wide (as HDR histograms do), up to 35 minutes. */
export interface LatencyHistogram {
  /** @param milliseconds any precision; kept to the microsecond */
  record(milliseconds: number): void;
  readonly count: number;
  /**
   * @param percent 0 to 100
   * @returns milliseconds that this share of the recorded latencies did not exceed (at most 0.8 % too high); 0 when
   *   nothing was recorded
   */
  percentile(percent: number): number;
}

const LINEAR_BITS = 7;
const BUCKETS_PER_DOUBLING = 2 ** LINEAR_BITS;
const LONGEST_US = 2 ** 31 - 1;

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Uint32Array(bucketOf(LONGEST_US) + 1);
  let count = 0;
  let longest = 0;
  return {
    record(milliseconds) {
      const us = Math.min(Math.max(Math.round(milliseconds * 1000), 0), LONGEST_US);
      counts[bucketOf(us)]!++;
      count++;
      if (us > longest) longest = us;
    },
    get count() {
      return count;
    },
    percentile(percent) {
      const rank = Math.max(1, Math.ceil((percent * count) / 100 - 1e-9));
      let seen = 0;
      for (let bucket = 0; bucket < counts.length; bucket++) {
        seen += counts[bucket]!;
        if (seen >= rank) return Math.min(highestIn(bucket), longest) / 1000;
      }
      return 0;
    },
  };
}

/** Exact below 128 us, then 128 buckets for each doubling. */
function bucketOf(us: number): number {
  if (us < BUCKETS_PER_DOUBLING) return us;
  const shift = 31 - Math.clz32(us) - LINEAR_BITS;
  return shift * BUCKETS_PER_DOUBLING + (us >>> shift);
}

function highestIn(bucket: number): number {
  if (bucket < 2 * BUCKETS_PER_DOUBLING) return bucket;
  const shift = Math.floor(bucket / BUCKETS_PER_DOUBLING) - 1;
  const lowest = (bucket - shift * BUCKETS_PER_DOUBLING) * 2 ** shift;
  return lowest + 2 ** shift - 1;
}
