import { describe, expect, it } from '@jest/globals';
import { LostClaim } from '../contract/ports.js';
import { stopReason } from './stop-reason.js';

describe('stopReason', () => {
  it('is null while nobody aborted', () => {
    expect(stopReason(new AbortController().signal)).toBeNull();
  });

  it('takes status and reason that the signal carries', () => {
    const signal = AbortSignal.abort({ status: 'canceled', reason: 'manual_cancel' });
    expect(stopReason(signal)).toEqual({ status: 'canceled', reason: 'manual_cancel' });
  });

  it('leaves the reason open when the signal carries only a status', () => {
    expect(stopReason(AbortSignal.abort({ status: 'retry_needed' }))).toEqual({ status: 'retry_needed', reason: null });
  });

  it('reads any other abort as a time-out', () => {
    for (const reason of [undefined, 'x', new Error('x'), { status: 'resolved' }, { status: 'nonsense' }]) {
      expect(stopReason(AbortSignal.abort(reason))).toEqual({ status: 'aborted', reason: 'timeout' });
    }
  });

  it('throws a lost claim on', () => {
    expect(() => stopReason(AbortSignal.abort(new LostClaim()))).toThrow(LostClaim);
  });
});
