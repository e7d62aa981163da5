import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { LostClaim } from '../contract/ports.js';
import type { Write } from '../contract/write.js';
import type { ExecutionState } from './execution-state.js';

/** So many node runs are taken off the memory of a long run at once: few enough to stay flat, enough to share a commit. */
const FLUSH_RUNS = 256;

/**
 * Commits the intent of an effect together with what was completed since the last entry. Throws LostClaim, and
 * EngineError `journal_failed` when nothing could be written: the effect must then not begin.
 */
export function journalIntent(intent: NodeRunRecord, state: ExecutionState): Promise<void> {
  return inTurn(state, async (runs) => {
    const { journal } = state.input.ports;
    const failure = 'The intent of this effect could not be recorded, so it was not begun.';
    await committed(journal.beforeEffect([...runs, { ...intent }]), failure);
  });
}

/** Lets go of the execution with everything recorded. Throws LostClaim, and EngineError `journal_failed`. */
export function journalWait(resumeAt: Date | null, state: ExecutionState): Promise<void> {
  return inTurn(state, (runs) => {
    const suspending = state.input.ports.journal.suspend(runs, resumeAt);
    return committed(suspending, 'The wait of this execution could not be recorded.');
  });
}

/** Takes finished records off the memory once there are many. What cannot be written now is written later. */
export async function flushWhenLong(state: ExecutionState): Promise<void> {
  if (state.unjournaled.size < FLUSH_RUNS) return;
  const { journal } = state.input.ports;
  try {
    await inTurn(state, (runs) => committed(journal.flush(runs), 'Node runs could not be recorded.'));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}

/**
 * A write in one commit with the records so far and the one that `finish` makes of its result. What `finish` throws takes the
 * write back and comes out; so does WriteRefused. Throws LostClaim, and EngineError `journal_failed`.
 */
export function journalWrite(
  write: Write,
  visit: Pick<NodeRunRecord, 'id' | 'nodeKey'>,
  finish: (result: Json) => NodeRunRecord,
  state: ExecutionState,
): Promise<void> {
  return inTurn(state, (runs) => state.input.ports.journal.write(write, visit, (result) => [...runs, finish(result)]));
}

/** One entry after the other; the records it takes come back, ahead of newer ones, when it fails. */
function inTurn(state: ExecutionState, work: (runs: readonly NodeRunRecord[]) => Promise<void>): Promise<void> {
  const entry = state.journaling.then(async () => {
    const taken = state.unjournaled;
    state.unjournaled = new Map();
    try {
      await work([...taken.values()]);
    } catch (error) {
      for (const [id, run] of state.unjournaled) taken.set(id, run);
      state.unjournaled = taken;
      throw error;
    }
  });
  state.journaling = entry.catch(() => undefined);
  return entry;
}

async function committed(writing: Promise<void>, failure: string): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof LostClaim) throw error;
    throw new EngineError('journal_failed', failure);
  }
}
