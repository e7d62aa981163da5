import type { Json } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { ExecutionInput } from '../contract/execution.js';
import type { NodeError, NodeRunRecord, NodeRunRestore } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { Reply } from '../contract/reply.js';
import type { Ending, EndReason } from '../contract/statuses.js';
import { capReply } from './default-reply.js';
import type { ExecutionState } from './execution-state.js';
import { nodeTypeOf } from './node-type-of.js';

/** How an execution, or a branch of it, ends: `reply` is the answer of a response node, null when none ran. */
export interface ExecutionEnd {
  status: Ending;
  reason: EndReason | null;
  error: NodeError | null;
  reply: Reply | null;
}

/**
 * What a visit, or a list of nodes, came to. `failed` goes up to what encloses it, which may go on; `ended` ends the
 * execution from wherever it is. `suspended`: something inside waits. `yielded`: the worker wants to stop.
 */
export type Settled =
  | { kind: 'done' }
  | { kind: 'failed'; end: ExecutionEnd }
  | { kind: 'ended'; end: ExecutionEnd }
  | { kind: 'suspended' }
  | { kind: 'yielded' };

/** What a visit alone brought: settled, or a branch to run after it. */
export type Visited = Settled | { kind: 'branch'; name: string };

/** Outcomes that settle a visit at once. */
export type SettlingOutcome = Exclude<Outcome, { kind: 'suspend' | 'write' | 'each' | 'fork' }>;

interface Resolution {
  status: Ending;
  result: Json;
  error: NodeError | null;
  log: string | null;
  visited: Visited;
  /** What another run cannot read from the shown record. */
  restore?: NodeRunRestore;
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
): Visited {
  const resolution = withinLimits(node, resolve(node, outcome, state.input), state);
  recordSettled(record, resolution, state);
  remember(node.key, resolution, state);
  return resolution.visited;
}

/** Settles a visit whose branches ran inside it: it has their status, or its own. */
export function settleOpen(
  node: CompiledNode,
  record: NodeRunRecord,
  end: { status: Ending; result: Json; error: NodeError | null },
  state: ExecutionState,
): Settled {
  const { status, result, error } = end;
  const visited: Settled =
    status === 'resolved' ? { kind: 'done' } : { kind: 'failed', end: { status, reason: null, error, reply: null } };
  const resolution = withinLimits(node, { status, result, error, log: null, visited, restore: { open: true } }, state);
  recordSettled(record, resolution, state);
  remember(node.key, resolution, state);
  return resolution.visited as Settled;
}

function recordSettled(record: NodeRunRecord, resolution: Resolution, state: ExecutionState): void {
  const visit = { ...record };
  delete visit.restore;
  const shown = state.mask.json(resolution.result);
  const settled: NodeRunRecord = {
    ...visit,
    status: resolution.status,
    result: shown,
    error: maskError(resolution.error, state),
    log: resolution.log === null ? null : state.mask.text(resolution.log),
    endedAt: state.input.ports.now().toISOString(),
  };
  const restore = { ...resolution.restore, ...(shown === resolution.result ? {} : { result: resolution.result }) };
  if (Object.keys(restore).length > 0) settled.restore = restore;
  state.open.delete(record.id);
  state.unjournaled.set(record.id, settled);
}

function remember(nodeKey: string, { status, result, restore }: Resolution, state: ExecutionState): void {
  // A visit that was given up has no result; what the node gave before stands.
  if (status === 'aborted') return;
  const results = state.scope.$jobsMapByNodeKey;
  results[nodeKey] = result;
  if (status !== 'resolved') return;
  if (restore?.assigned !== undefined) results[restore.assigned] = result;
  if (restore?.output === true) state.output = result;
  if (restore?.message === true) state.messages.push(result);
}

/**
 * Keeps a visit as waiting, or as open while its branches run; `result` is shown meanwhile, `restore` is what another run
 * needs. Throws EngineError when what it shows is over the limits or has no JSON form.
 */
export function keepOpen(
  record: NodeRunRecord,
  result: Json,
  restore: NodeRunRestore,
  state: ExecutionState,
): NodeRunRecord {
  state.size.result(record.nodeKey, result, null);
  const shown = state.mask.json(result);
  const kept = { ...record, result: shown };
  const more = { ...(shown === result ? {} : { result }), ...restore };
  if (Object.keys(more).length > 0) kept.restore = more;
  state.open.set(kept.id, kept);
  state.unjournaled.set(kept.id, kept);
  return kept;
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
      return resolved(outcome.result, undefined, outcome.log);
    case 'branch':
      return {
        ...resolved(outcome.result, { branch: outcome.name }, outcome.log),
        visited: { kind: 'branch', name: outcome.name },
      };
    case 'end':
      return { ...ending(outcome.status, outcome.result), restore: { ends: true } };
    case 'reply':
      return replied(outcome, input);
    case 'output':
      return resolved(outcome.value, { output: true });
    case 'message':
      return resolved(outcome.message, { message: true });
    case 'assign':
      return assigned(node, outcome, input);
    case 'fail':
      return failed(outcome.status, outcome.error, outcome.result, outcome.log);
    default:
      return unknownOutcome(outcome);
  }
}

function resolved(result: Json, restore?: NodeRunRestore, log?: string): Resolution {
  const resolution = { status: 'resolved' as const, result: result ?? null, error: null, log: log || null };
  return { ...resolution, visited: { kind: 'done' }, ...(restore === undefined ? {} : { restore }) };
}

function failed(status: Ending, error: NodeError, result?: Json, log?: string): Resolution {
  const visited: Settled = { kind: 'failed', end: { status, reason: null, error, reply: null } };
  return { status, result: result ?? null, error, log: log || null, visited };
}

function ending(status: Ending, result: Json): Resolution {
  const visited: Settled = { kind: 'ended', end: { status, reason: null, error: null, reply: null } };
  return { status, result: result ?? null, error: null, log: null, visited };
}

/** The node did its work and the sender gets an answer, so both are resolved even when the answer became a 500. */
function replied(outcome: Extract<Outcome, { kind: 'reply' }>, input: ExecutionInput): Resolution {
  const reply = capReply(outcome.reply, input.limits.replyBytes, input.execution.id);
  const tooLarge: NodeError = {
    code: 'reply_too_large',
    message: `The answer has more than ${input.limits.replyBytes} bytes; the sender got 500.`,
  };
  const error = reply === outcome.reply ? (outcome.error ?? null) : tooLarge;
  const visited: Settled = { kind: 'ended', end: { status: 'resolved', reason: null, error: null, reply } };
  return { ...ending('resolved', outcome.result), error, visited, restore: { ends: true } };
}

/** Only a node of the same type can be the target: that is the one that declares. */
function assigned(
  node: CompiledNode,
  outcome: Extract<Outcome, { kind: 'assign' }>,
  input: ExecutionInput,
): Resolution {
  if (nodeTypeOf(input.workflow, outcome.target) !== node.type) {
    const message = `There is no ${node.type} node with the key "${outcome.target}".`;
    return failed('error', { code: 'unknown_variable', message });
  }
  return resolved(outcome.value, outcome.target === node.key ? undefined : { assigned: outcome.target });
}

function unknownOutcome(outcome: never): Resolution {
  const kind = JSON.stringify((outcome as { kind?: unknown }).kind);
  return failed('error', { code: 'unknown_outcome', message: `The node gave an unknown outcome: ${kind}.` });
}

function withinLimits(node: CompiledNode, resolution: Resolution, state: ExecutionState): Resolution {
  const log = resolution.log === null ? null : cutText(resolution.log, state.input.limits.nodeResultBytes);
  try {
    state.size.result(node.key, resolution.result, log);
    return { ...resolution, log };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // A node that failed keeps saying why; only what it had to show is dropped.
    if (resolution.error !== null) return { ...resolution, result: null, log };
    return failed('error', { code: error.code, message: error.message }, undefined, log ?? undefined);
  }
}

/** At most `maxBytes` of UTF-8, never half a character. */
function cutText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, maxBytes), { stream: true });
}
