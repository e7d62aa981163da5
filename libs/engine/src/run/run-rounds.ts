import type { Json, JsonObject } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { NodeError, NodeRunRecord } from '../contract/node-run.js';
import type { Rounds } from '../contract/outcome.js';
import type { Ending } from '../contract/statuses.js';
import { abandonWithin } from './abandon-visits.js';
import { BreathingSpace } from './breathing-space.js';
import type { ExecutionState } from './execution-state.js';
import type { Frame } from './frame.js';
import { flushWhenLong } from './journal-entries.js';
import { jsonBytes } from './json-bytes.js';
import { trueResult } from './restore-visit.js';
import type { RunList } from './list-runner.js';
import { keepOpen, settleOpen, type Settled } from './settle-visit.js';

interface LoopVisit {
  record: NodeRunRecord;
  earlier: NodeRunRecord | undefined;
  rounds: Rounds;
}

interface Count {
  looped: number;
  done: number;
}

/** How a loop is left before its last round: with its own ending, or with what happened inside. */
type Left = { settle: { status: Ending; more: JsonObject; error: NodeError | null } } | { pass: Settled };

/**
 * Runs a branch once per item, one round after the other, without growing with their number. The items are those of
 * the first attempt, whatever became of their source.
 */
export async function runRounds(
  node: CompiledNode,
  { record, earlier, rounds }: LoopVisit,
  frame: Frame,
  state: ExecutionState,
  runList: RunList,
): Promise<Settled> {
  const loop: Rounds = { ...rounds, items: itemsOf(rounds, earlier) };
  const count: Count = { looped: 0, done: 0 };
  const end = (status: Ending, more: JsonObject, error: NodeError | null): Settled =>
    settleOpen(node, record, { status, result: { ...count, ...more }, error }, state);
  try {
    hold(record, loop, count, state);
    const begun = roundsBegun(node, loop, frame, state);
    const left = await goRound({ node, loop, begun, count, frame, state, runList });
    if (left === null) return end('resolved', {}, null);
    if ('settle' in left) return end(left.settle.status, left.settle.more, left.settle.error);
    const { pass } = left;
    if (pass.kind === 'ended') end(pass.end.status, {}, pass.end.error);
    else hold(record, loop, count, state);
    return pass;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    await abandonWithin(node, frame.rounds, state);
    return end('error', {}, { code: error.code, message: error.message });
  } finally {
    delete state.scope.$scopes[node.key];
  }
}

interface Going {
  node: CompiledNode;
  loop: Rounds;
  begun: readonly true[];
  count: Count;
  frame: Frame;
  state: ExecutionState;
  runList: RunList;
}

/** Null when every round was gone. */
async function goRound(going: Going): Promise<Left | null> {
  const { node, loop, state } = going;
  const length = typeof loop.items === 'number' ? loop.items : loop.items.length;
  if (bodyOf(going).length === 0) return null;
  const space = new BreathingSpace();
  for (let index = 0; index < length; index += 1) {
    await space.take();
    if (index >= state.input.limits.loopRounds) return exceeded(state.input.limits.loopRounds);
    state.scope.$scopes[node.key] = scopeOf(loop.items, index, length);
    const left = (await isWanted(going, index)) ? await makeRound(going, index) : skipRound(going);
    if (left !== null) return left;
    await flushWhenLong(state);
  }
  return null;
}

function bodyOf({ node, loop }: Going): readonly CompiledNode[] {
  return node.branches[loop.branch] ?? [];
}

async function isWanted(going: Going, index: number): Promise<boolean> {
  const { condition } = going.loop;
  if (condition === null || (index === 0 && condition.skipFirst)) return true;
  if (index < going.begun.length) return going.begun[index] === true;
  return condition.holds(going.state.scope);
}

/** Rounds that an earlier run made, by their index: what was asked then is not asked again. */
function roundsBegun(node: CompiledNode, { branch, condition }: Rounds, frame: Frame, state: ExecutionState): true[] {
  const begun: true[] = [];
  const first = node.branches[branch]?.[0];
  if (condition === null || state.restored === null || first === undefined) return begun;
  for (const { nodeKey, rounds = [] } of state.restored.within(frame.rounds)) {
    const index = rounds[frame.rounds.length];
    if (nodeKey === first.key && index !== undefined) begun[index] = true;
  }
  return begun;
}

function skipRound({ loop, count }: Going): Left | null {
  if (loop.condition?.continueOnFalse !== true) {
    return { settle: { status: 'resolved', more: { broken: true }, error: null } };
  }
  count.looped += 1;
  return null;
}

async function makeRound(going: Going, index: number): Promise<Left | null> {
  const { loop, count, frame, state, runList } = going;
  const settled = await runList(bodyOf(going), { ...frame, rounds: [...frame.rounds, index] }, state);
  return afterRound(settled, loop.exit, count);
}

function afterRound(settled: Settled, exit: Rounds['exit'], count: Count): Left | null {
  if (settled.kind === 'suspended' || settled.kind === 'yielded') return { pass: settled };
  count.looped += 1;
  if (settled.kind === 'ended') return { pass: settled };
  if (settled.kind === 'done' || exit === 'continue') {
    count.done += 1;
    return null;
  }
  if (exit === 'break') return { settle: { status: 'resolved', more: { broken: true }, error: null } };
  return { settle: { status: settled.end.status, more: { broken: true }, error: settled.end.error } };
}

function exceeded(most: number): Left {
  const error = { code: 'loop_limit', message: `The loop made ${most} rounds, no more are allowed.` };
  return { settle: { status: 'error', more: { exceeded: true }, error } };
}

function scopeOf(items: Rounds['items'], index: number, length: number): Json {
  const item = typeof items === 'number' ? index : (items[index] ?? null);
  return { item, index, sequence: index + 1, length };
}

/** Open while it runs: shown with its progress; the items it started with stay with it. */
function hold(record: NodeRunRecord, { items }: Rounds, count: Count, state: ExecutionState): void {
  const shown = { ...count };
  const isKept = typeof items === 'number' || isWithin(items, state.input.limits.nodeResultBytes);
  // Too large to be kept is only what a request brought; that does not change.
  keepOpen(record, shown, { open: true, ...(isKept ? { result: items as Json } : {}) }, state);
}

/** Millions of items are not written out to learn that they are too many: each has a character and a comma. */
function isWithin(items: readonly Json[], maxBytes: number): boolean {
  return items.length * 2 <= maxBytes && jsonBytes(items as Json) <= maxBytes;
}

function itemsOf({ items }: Rounds, earlier: NodeRunRecord | undefined): Rounds['items'] {
  if (earlier?.restore?.open !== true || earlier.restore.result === undefined) return items;
  const kept = trueResult(earlier);
  return typeof kept === 'number' || Array.isArray(kept) ? kept : items;
}
