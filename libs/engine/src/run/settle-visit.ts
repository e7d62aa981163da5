import type { Json } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { ExecutionInput } from '../contract/execution.js';
import type { NodeError, NodeRunRecord, NodeRunRestore } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { Reply } from '../contract/reply.js';
import type { Ending, EndReason } from '../contract/statuses.js';
import type { Move } from './advance.js';
import { capReply } from './default-reply.js';
import type { ExecutionState } from './execution-state.js';
import { jsonBytes } from './json-bytes.js';
import { nodeTypeOf } from './node-type-of.js';

/** How an execution ends: `reply` is the answer of a response node, null when none ran. */
export interface ExecutionEnd {
  status: Ending;
  reason: EndReason | null;
  error: NodeError | null;
  reply: Reply | null;
}

/** What one visit brought: a move in the tree, the end of the execution, or that the journal let go of it. */
export type Settled = { kind: 'move'; move: Move } | { kind: 'ended'; end: ExecutionEnd } | { kind: 'suspended' };

/** Outcomes that settle a visit. */
type SettlingOutcome = Exclude<Outcome, { kind: 'suspend' }>;

interface Resolution {
  status: Ending;
  result: Json;
  error: NodeError | null;
  log: string | null;
  /** Results to remember besides the node's own, by node key. */
  assigned: { key: string; value: Json } | null;
  settled: Settled;
}

/**
 * Turns an outcome into the finished record of the visit (added to `state.unjournaled`), the changed variables and the
 * way to go on. What is recorded is masked and limited; the results in `state.scope` stay true.
 */
export function settleVisit(
  node: CompiledNode,
  record: NodeRunRecord,
  outcome: SettlingOutcome,
  state: ExecutionState,
): Settled {
  const resolution = withinLimits(resolve(node, outcome, state.input), state);
  const shown = state.mask.json(resolution.result);
  const settled: NodeRunRecord = {
    ...record,
    status: resolution.status,
    result: shown,
    error: maskError(resolution.error, state),
    log: resolution.log === null ? null : state.mask.text(resolution.log),
    endedAt: state.input.ports.now().toISOString(),
  };
  if (resolution.status === 'resolved') addRestore(settled, node, outcome, resolution.result);
  state.unjournaled.push(settled);
  if (outcome.kind === 'output' && resolution.status === 'resolved') state.output = resolution.result;
  const results = state.scope.$jobsMapByNodeKey;
  results[node.key] = resolution.result;
  if (resolution.assigned !== null) results[resolution.assigned.key] = resolution.assigned.value;
  return resolution.settled;
}

/** The record of a visit that waits. Throws EngineError when what it shows is over the limits or has no JSON form. */
export function waitingRecord(record: NodeRunRecord, result: Json, state: ExecutionState): NodeRunRecord {
  countResult(result, null, state);
  const waiting = { ...record, result: state.mask.json(result) };
  if (waiting.result !== result) waiting.restore = { result };
  return waiting;
}

/** What another run cannot read from the shown record of a resolved visit. */
function addRestore(settled: NodeRunRecord, node: CompiledNode, outcome: SettlingOutcome, result: Json): void {
  let restore: NodeRunRestore | undefined;
  if (outcome.kind === 'branch') restore = { branch: outcome.name };
  else if (outcome.kind === 'output') restore = { output: true };
  else if (outcome.kind === 'assign' && outcome.target !== node.key) restore = { assigned: outcome.target };
  if (settled.result !== result) (restore ??= {}).result = result;
  if (restore !== undefined) settled.restore = restore;
}

/** The error as it may be stored and shown. */
export function maskError(error: NodeError | null, state: ExecutionState): NodeError | null {
  if (error === null) return null;
  const masked: NodeError = { code: error.code, message: state.mask.text(error.message) };
  if (error.detail !== undefined) masked.detail = state.mask.json(error.detail);
  return masked;
}

function resolve(node: CompiledNode, outcome: SettlingOutcome, input: ExecutionInput): Resolution {
  switch (outcome.kind) {
    case 'done':
      return moved(outcome.result, { kind: 'next' }, outcome.log);
    case 'branch':
      return moved(outcome.result, { kind: 'branch', name: outcome.name }, outcome.log);
    case 'end':
      return ended(outcome.status, outcome.result, null);
    case 'reply':
      return replied(outcome, input);
    case 'output':
      return moved(outcome.value, { kind: 'next' });
    case 'assign':
      return assigned(node, outcome, input);
    case 'fail':
      return ended(outcome.status, outcome.result ?? null, outcome.error, outcome.log);
    default:
      return unknownOutcome(outcome);
  }
}

function moved(result: Json, move: Move, log?: string): Resolution {
  const settled: Settled = { kind: 'move', move };
  return { status: 'resolved', result: result ?? null, error: null, log: log || null, assigned: null, settled };
}

function ended(status: Ending, result: Json, error: NodeError | null, log?: string): Resolution {
  const settled: Settled = { kind: 'ended', end: { status, reason: null, error, reply: null } };
  return { status, result: result ?? null, error, log: log || null, assigned: null, settled };
}

/** The node did its work and the sender gets an answer, so both are resolved even when the answer became a 500. */
function replied(outcome: Extract<Outcome, { kind: 'reply' }>, input: ExecutionInput): Resolution {
  const reply = capReply(outcome.reply, input.limits.replyBytes, input.execution.id);
  const tooLarge: NodeError = {
    code: 'reply_too_large',
    message: `The answer has more than ${input.limits.replyBytes} bytes; the sender got 500.`,
  };
  const error = reply === outcome.reply ? (outcome.error ?? null) : tooLarge;
  const settled: Settled = { kind: 'ended', end: { status: 'resolved', reason: null, error: null, reply } };
  return { status: 'resolved', result: outcome.result ?? null, error, log: null, assigned: null, settled };
}

/** Only a node of the same type can be the target: that is the one that declares. */
function assigned(
  node: CompiledNode,
  outcome: Extract<Outcome, { kind: 'assign' }>,
  input: ExecutionInput,
): Resolution {
  if (nodeTypeOf(input.workflow, outcome.target) !== node.type) {
    const message = `There is no ${node.type} node with the key "${outcome.target}".`;
    return ended('error', null, { code: 'unknown_variable', message });
  }
  const value = outcome.value ?? null;
  return { ...moved(value, { kind: 'next' }), assigned: { key: outcome.target, value } };
}

function unknownOutcome(outcome: never): Resolution {
  const kind = JSON.stringify((outcome as { kind?: unknown }).kind);
  return ended('error', null, { code: 'unknown_outcome', message: `The node gave an unknown outcome: ${kind}.` });
}

function withinLimits(resolution: Resolution, state: ExecutionState): Resolution {
  const log = resolution.log === null ? null : cutText(resolution.log, state.input.limits.nodeResultBytes);
  try {
    countResult(resolution.result, log, state);
    return { ...resolution, log };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // A node that failed keeps saying why; only what it had to show is dropped.
    if (resolution.error !== null) return { ...resolution, result: null, log };
    return ended('error', null, { code: error.code, message: error.message }, log ?? undefined);
  }
}

function countResult(result: Json, log: string | null, state: ExecutionState): void {
  const { nodeResultBytes, stateBytes } = state.input.limits;
  const bytes = jsonBytes(result);
  if (bytes > nodeResultBytes) throw tooLarge(`The result has ${bytes} bytes, allowed are ${nodeResultBytes}.`);
  state.bytes += bytes + (log === null ? 0 : Buffer.byteLength(log));
  if (state.bytes > stateBytes) throw tooLarge(`The results of this execution have more than ${stateBytes} bytes.`);
}

function tooLarge(message: string): EngineError {
  return new EngineError('result_too_large', message);
}

/** At most `maxBytes` of UTF-8, never half a character. */
function cutText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, maxBytes), { stream: true });
}
