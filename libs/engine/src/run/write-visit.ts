import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { Write } from '../contract/write.js';
import type { Json } from '#shared';
import type { ExecutionState } from './execution-state.js';
import { guardWrite } from './guard-write.js';
import { journalWrite } from './journal-entries.js';
import { keepOpen, settleVisit, type Visited } from './settle-visit.js';

type Failure = Extract<Outcome, { kind: 'fail' }>;
type FailureOf = (error: unknown) => Failure;

/** A node that failed after its write: the write is taken back. */
class TakenBack extends Error {
  constructor(readonly failure: Failure) {
    super('taken back');
  }
}

/** Writes in one commit with the settled visit. What the database or a rule refuses is the visit's failure. */
export async function writeVisit(
  node: CompiledNode,
  record: NodeRunRecord,
  { write, settle, evenIfFailed }: Extract<Outcome, { kind: 'write' }>,
  failureOf: FailureOf,
  state: ExecutionState,
): Promise<Visited> {
  let visited: Visited | undefined;
  const finish = (result: Json): NodeRunRecord => {
    const outcome = settle(result);
    if (outcome.kind === 'fail' && evenIfFailed !== true) throw new TakenBack(outcome);
    visited = settleVisit(node, record, outcome, state);
    const settled = takeRecord(record.id, state);
    // Too large to be recorded: nothing may stay behind of what nobody sees.
    if (settled.status !== 'resolved' && outcome.kind !== 'fail') throw new TakenBack(toFailure(settled));
    return settled;
  };
  return writeOr(write, record, finish, state, failureOf, (failure) => settleVisit(node, record, failure, state)).then(
    (failed) => failed ?? visited!,
  );
}

/** Waits, in one commit with the write when there is one. When that cannot be recorded the visit ends as an error instead. */
export async function suspendVisit(
  node: CompiledNode,
  record: NodeRunRecord,
  { result, resumeAt, write }: Extract<Outcome, { kind: 'suspend' }>,
  failureOf: FailureOf,
  state: ExecutionState,
): Promise<Visited> {
  const fail = (failure: Failure): Visited => settleVisit(node, record, failure, state);
  const wait = (): void =>
    void keepOpen(record, result, resumeAt === null ? {} : { resumeAt: isoTime(resumeAt) }, state);
  try {
    if (node.definition.resume === undefined) {
      throw new EngineError('not_resumable', `A node of type ${node.type} cannot wait: nothing says how it goes on.`);
    }
    if (write === undefined) wait();
  } catch (error) {
    return fail(failureOf(error));
  }
  if (write === undefined) return { kind: 'suspended' };
  const finish = (): NodeRunRecord => {
    wait();
    return takeRecord(record.id, state);
  };
  const failed = await writeOr(write, record, finish, state, failureOf, fail);
  return failed ?? { kind: 'suspended' };
}

function isoTime(time: Date): string {
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new EngineError('invalid_time', 'The time to go on at is no date.');
}

async function writeOr(
  write: Write,
  record: NodeRunRecord,
  finish: (result: Json) => NodeRunRecord,
  state: ExecutionState,
  failureOf: FailureOf,
  fail: (failure: Failure) => Visited,
): Promise<Visited | null> {
  try {
    await journalWrite(guardWrite(write, state.mask), record, finish, state);
    return null;
  } catch (error) {
    state.open.delete(record.id);
    return fail(error instanceof TakenBack ? error.failure : failureOf(error));
  }
}

function takeRecord(id: string, state: ExecutionState): NodeRunRecord {
  const record = state.unjournaled.get(id)!;
  state.unjournaled.delete(id);
  return record;
}

function toFailure({ status, error }: NodeRunRecord): Failure {
  const code = { code: 'node_error', message: 'The node failed.' };
  return { kind: 'fail', status: status as Failure['status'], error: error ?? code };
}
