import type { NodeRunRecord } from '#engine';
import type { Json, SecretBox } from '#shared';
import { sealName, type StoredNodeRun } from './seal-runs.js';

/**
 * Node runs as they were before `sealRuns`. Throws when a result does not open: another master key, or bytes that were
 * changed or moved.
 */
export function openRuns(box: SecretBox, executionId: string, runs: readonly StoredNodeRun[]): NodeRunRecord[] {
  return runs.map((run) => openRun(box, executionId, run));
}

function openRun(box: SecretBox, executionId: string, run: StoredNodeRun): NodeRunRecord {
  if (run.restore?.sealed === undefined) return run;
  const { sealed, ...restore } = run.restore;
  const text = box.open(sealName(executionId, run.id), {
    keyId: sealed.keyId,
    wrappedKey: Buffer.from(sealed.wrappedKey, 'base64'),
    ciphertext: Buffer.from(sealed.ciphertext, 'base64'),
  });
  return { ...run, restore: { ...restore, result: JSON.parse(text) as Json } };
}
