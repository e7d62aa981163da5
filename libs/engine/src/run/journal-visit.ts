import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { LostClaim } from '../contract/ports.js';
import type { ExecutionState } from './execution-state.js';

/**
 * Commits the intent of an effect together with what was completed since the last entry. Throws LostClaim, and
 * EngineError `journal_failed` when nothing could be written: the effect must then not begin.
 */
export async function journalIntent(intent: NodeRunRecord, state: ExecutionState): Promise<void> {
  const { journal } = state.input.ports;
  await committed(
    journal.beforeEffect({ ...intent }, state.unjournaled),
    'The intent of this effect could not be recorded, so it was not begun.',
  );
  state.unjournaled = [];
}

/**
 * Commits a visit that waits together with what was completed since the last entry, and lets go of the execution.
 * Throws LostClaim, EngineError `journal_failed`, and EngineError `not_resumable` for a node that could never go on.
 */
export async function journalWait(
  node: CompiledNode,
  waiting: NodeRunRecord,
  resumeAt: Date | null,
  state: ExecutionState,
): Promise<void> {
  if (node.definition.resume === undefined) {
    throw new EngineError('not_resumable', `A node of type ${node.type} cannot wait: nothing says how it goes on.`);
  }
  const { journal } = state.input.ports;
  await committed(
    journal.suspend(waiting, state.unjournaled, resumeAt),
    'The wait of this node could not be recorded.',
  );
  state.unjournaled = [];
}

async function committed(writing: Promise<void>, failure: string): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof LostClaim) throw error;
    throw new EngineError('journal_failed', failure);
  }
}
