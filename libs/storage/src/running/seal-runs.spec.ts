import { describe, expect, it } from '@jest/globals';
import { SecretBox } from '#shared';
import { sampleNodeRun } from '../testing/sample-node-run.js';
import { openRuns } from './open-runs.js';
import { sealRuns, type StoredNodeRun } from './seal-runs.js';

const box = new SecretBox(Buffer.alloc(32, 1));
const stored = (bytes: Buffer) => JSON.parse(bytes.toString('utf8')) as StoredNodeRun[];
const secret = sampleNodeRun({ result: '***', restore: { branch: 'true', result: { token: 'a\0\ud800' } } });

describe('sealed node runs', () => {
  it('come back as they were, whatever the result holds', () => {
    const runs = [sampleNodeRun(), secret, sampleNodeRun({ restore: { output: true, result: null } })];
    expect(openRuns(box, 'e', stored(sealRuns(box, 'e', runs)))).toEqual(runs);
  });

  it('show the true result to nobody without the key, and the rest as it was', () => {
    const bytes = sealRuns(box, 'e', [secret]);
    expect(bytes.toString('utf8')).not.toContain('token');
    expect(stored(bytes)[0]).toMatchObject({ result: '***', restore: { branch: 'true' } });
    expect(() => openRuns(new SecretBox(Buffer.alloc(32, 2)), 'e', stored(bytes))).toThrow(/master key/);
  });

  it('do not open in another execution or as another visit', () => {
    const [run] = stored(sealRuns(box, 'e', [secret]));
    expect(() => openRuns(box, 'other', [run!])).toThrow();
    expect(() => openRuns(box, 'e', [{ ...run!, id: sampleNodeRun().id }])).toThrow();
  });

  it('are not encrypted once more when they are written again', () => {
    const once = sealRuns(box, 'e', [secret]);
    expect(sealRuns(box, 'e', stored(once)).equals(once)).toBe(true);
  });
});
