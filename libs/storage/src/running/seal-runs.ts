import type { NodeRunRecord, NodeRunRestore } from '#engine';
import type { SecretBox } from '#shared';
import { jsonBytes } from '../connection/json-bytes.js';

/** A node run as it lies in the database: a true result behind a masked one is encrypted, all else is as it was. */
export interface StoredNodeRun extends NodeRunRecord {
  restore?: StoredRestore;
}

type StoredRestore = Omit<NodeRunRestore, 'result'> & { sealed?: SealedResult };

/** A `SealedSecret` in base64. */
export interface SealedResult {
  keyId: string;
  wrappedKey: string;
  ciphertext: string;
}

/**
 * UTF-8 of node runs as JSON, ready for `node_runs`. A `restore.result` is encrypted under the master key and bound to
 * its execution and visit: moved elsewhere it does not open. Runs read by `loadRuns` may be written again as they are.
 * Throws `RejectedRow` for what JSON cannot express.
 *
 * @param executionId in lower case, as Postgres gives it
 */
export function sealRuns(box: SecretBox, executionId: string, runs: readonly NodeRunRecord[]): Buffer {
  const isSecret = runs.some((run) => run.restore?.result !== undefined);
  return jsonBytes(isSecret ? runs.map((run) => sealRun(box, executionId, run)) : runs);
}

/** What the encryption authenticates besides the result. */
export function sealName(executionId: string, runId: string): string {
  return `result of node run ${runId} in execution ${executionId}`;
}

function sealRun(box: SecretBox, executionId: string, run: NodeRunRecord): StoredNodeRun {
  if (run.restore?.result === undefined) return run;
  const { result, ...restore } = run.restore;
  const sealed = box.seal(sealName(executionId, run.id), jsonBytes(result).toString('utf8'));
  return {
    ...run,
    restore: {
      ...restore,
      sealed: {
        keyId: sealed.keyId,
        wrappedKey: sealed.wrappedKey.toString('base64'),
        ciphertext: sealed.ciphertext.toString('base64'),
      },
    },
  };
}
