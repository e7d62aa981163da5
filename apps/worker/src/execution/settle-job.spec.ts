import { describe, expect, it } from '@jest/globals';
import { LostClaim } from '#engine';
import { StorageUnavailable } from '#storage';
import { settleJob } from './settle-job.js';
import { UnrunnableVersion } from './steps/load-version.js';
import { SuspectAhead } from './suspect-turn.js';

describe('settleJob', () => {
  it('is done with a job whose execution belongs to somebody else', () => {
    expect(settleJob(new LostClaim(), { lastTry: true })).toEqual({ kind: 'complete' });
  });

  it('tries again when the database was away, the release does not know a node or a suspect ran, however often', () => {
    expect(settleJob(new StorageUnavailable('x'), { lastTry: true })).toEqual({ kind: 'retry' });
    expect(settleJob(new UnrunnableVersion('x'), { lastTry: true })).toEqual({ kind: 'retry' });
    expect(settleJob(new SuspectAhead('x'), { lastTry: true })).toEqual({ kind: 'retry' });
  });

  it('tries again after an unknown error, and parks with its reason at the last try', () => {
    expect(settleJob(new TypeError('boom'), { lastTry: false })).toEqual({ kind: 'retry' });
    expect(settleJob(new TypeError('boom'), { lastTry: true })).toEqual({
      kind: 'park',
      code: 'worker_fault',
      message: 'boom',
    });
  });
});
