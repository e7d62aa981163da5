import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chunkParcel, singleParcel } from './job-parcel.js';
import { jobOptions, retryDelayMs } from './job-policy.js';

const job = { executionId: '0197', attempt: 0, dedupId: null, urgent: false };

describe('the policy of a job', () => {
  it('waits longer after each attempt, between half a second and a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (attempt) => {
        const delay = retryDelayMs(attempt);
        return delay >= 500 && delay <= 60_000 && delay <= retryDelayMs(attempt + 1);
      }),
    );
    expect([1, 2, 3, 8, 9].map(retryDelayMs)).toEqual([500, 1000, 2000, 60_000, 60_000]);
  });

  it('puts urgent jobs before all others, in their order', () => {
    expect(jobOptions(singleParcel({ ...job, urgent: true }), 10)).not.toHaveProperty('priority');
    expect(jobOptions(singleParcel(job), 10).priority).toBe(1);
  });

  it('identifies the job by dedup id and attempt, else by execution id and attempt', () => {
    expect(jobOptions(singleParcel({ ...job, dedupId: 'ab12', attempt: 2 }), 10).jobId).toBe('ab12-2');
    expect(jobOptions(singleParcel(job), 10).jobId).toBe('0197-0');
  });

  it('identifies the job of a chunk by the chunk, and never puts it before others', () => {
    expect(jobOptions(chunkParcel('0199', [job, { ...job, urgent: true }]), 10)).toMatchObject({
      jobId: '0199-chunk',
      priority: 1,
    });
  });

  it('holds a job back only when it is told to', () => {
    expect(jobOptions(singleParcel(job, 700), 10).delay).toBe(700);
    expect(jobOptions(singleParcel(job), 10)).not.toHaveProperty('delay');
  });

  it('removes the job whatever becomes of it', () => {
    expect(jobOptions(singleParcel(job), 10)).toMatchObject({ removeOnComplete: true, removeOnFail: true });
  });
});
