import { newId, type JsonObject } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { NodeRunContext } from '../contract/node.js';
import type { NodeError, NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import { LostClaim, WriteRefused } from '../contract/ports.js';
import { workflowKeyOf, type ExecutionState } from './execution-state.js';
import type { Frame } from './frame.js';
import { journalIntent } from './journal-entries.js';
import { jsonBytes } from './json-bytes.js';
import { renderConfig, renderInput } from './render-config.js';
import { isSettled, restoreVisit, trueResult } from './restore-visit.js';
import { settleVisit, type Visited } from './settle-visit.js';
import { ABORTED, IN_DOUBT, stopReason, type Stop } from './stop-reason.js';
import { suspendVisit, writeVisit } from './write-visit.js';

/** A visit whose branches run inside it: it settles after them. */
export interface OpenVisit {
  kind: 'open';
  record: NodeRunRecord;
  /** What an earlier attempt recorded of it. */
  earlier: NodeRunRecord | undefined;
  outcome: Extract<Outcome, { kind: 'each' | 'fork' | 'branch' }>;
}

type Failure = Extract<Outcome, { kind: 'fail' }>;

const STOPPED: NodeError = { code: ABORTED, message: 'The execution was stopped while this node ran.' };

const WORKER_LOST: Stop = { status: 'retry_needed', reason: 'worker_lost' };
const UNKNOWN_EFFECT: NodeError = {
  code: IN_DOUBT,
  message: 'The worker was lost while this node ran; nobody knows whether it acted, and it must not act twice.',
};

/**
 * One visit of one node: renders its config, journals the intent of an effect, runs it and settles what came out. A visit
 * that an earlier attempt settled is not made again; one that it left pending is gone on with, or ends the execution.
 * Whatever the node throws becomes the status `error`; only {@link LostClaim} is thrown on.
 */
export function visitNode(
  node: CompiledNode,
  frame: Frame,
  state: ExecutionState,
): Visited | Promise<Visited | OpenVisit> {
  state.steps += 1;
  const earlier = state.restored?.of(node.key, frame.rounds);
  if (earlier === undefined) return makeVisit(node, frame, undefined, state);
  if (isSettled(earlier)) return restoreVisit(node, earlier, state);
  if (isNotDue(earlier, state)) return { kind: 'suspended' };
  if (mayGoOn(node, earlier, state)) return makeVisit(node, frame, earlier, state);
  return settleStopped(node, openRecord(node, frame, earlier, state), WORKER_LOST, UNKNOWN_EFFECT, state);
}

/** A wait with a time that has not come. */
function isNotDue({ restore }: NodeRunRecord, { input }: ExecutionState): boolean {
  if (restore?.resumeAt === undefined) return false;
  const now = Math.max(input.ports.now().getTime(), input.wokenAt?.getTime() ?? 0);
  return Date.parse(restore.resumeAt) > now;
}

/** Whether a visit that an earlier attempt left pending can be resumed or made again. */
function mayGoOn({ definition, config }: CompiledNode, { restore }: NodeRunRecord, state: ExecutionState): boolean {
  if (definition.resume !== undefined || definition.effect === 'pure') return true;
  if (restore?.ends === true || definition.isRepeatable === undefined) return restore?.ends === true;
  try {
    return definition.isRepeatable(renderConfig(definition, config, state.scope));
  } catch {
    // A config that cannot be read now does not say that the effect may be repeated.
    return false;
  }
}

async function makeVisit(
  node: CompiledNode,
  frame: Frame,
  earlier: NodeRunRecord | undefined,
  state: ExecutionState,
): Promise<Visited | OpenVisit> {
  const record = openRecord(node, frame, earlier, state);
  const taken = branchTaken(earlier);
  if (taken !== null) return { kind: 'open', record, earlier, outcome: taken };
  let outcome: Outcome | null;
  let thrown: Failure | null = null;
  try {
    outcome = await actUnlessStopped(node, frame, earlier, record, state);
  } catch (error) {
    outcome = thrown = failureOf(error);
  }
  // What was done or decided stands; a failure or a wait gives way to the stop that may have caused it.
  const mayBeStopped = outcome === null || outcome.kind === 'fail' || outcome.kind === 'suspend';
  const stop = mayBeStopped ? stopReason(frame.signal) : null;
  if (stop !== null) {
    // A wait stays open: whoever gives it up, a fork or the end, finds it there and undoes it.
    if (state.open.has(record.id)) return { kind: 'ended', end: { ...stop, error: STOPPED, reply: null } };
    return settleStopped(node, record, stop, STOPPED, state);
  }
  if (thrown !== null) outcome = withoutWait(node, earlier, thrown);
  return applyOutcome(node, record, outcome ?? failureOf(new Error('The node gave no outcome.')), earlier, state);
}

/** A wait that could not be gone on with is over: nobody shall answer its tasks, or finish its child, any more. */
function withoutWait(node: CompiledNode, earlier: NodeRunRecord | undefined, failure: Failure): Outcome {
  const write = earlier === undefined ? null : node.definition.abandon?.({ ...earlier, result: trueResult(earlier) });
  return write ? { kind: 'write', write, evenIfFailed: true, settle: () => failure } : failure;
}

/** By a visit that fails after its branch, in an earlier attempt: it is not asked again. */
function branchTaken(earlier: NodeRunRecord | undefined): Extract<Outcome, { kind: 'branch' }> | null {
  const { open, branch, failAfter } = earlier?.restore ?? {};
  if (earlier === undefined || open !== true || branch === undefined || failAfter === undefined) return null;
  return { kind: 'branch', name: branch, result: trueResult(earlier), failAfter };
}

function applyOutcome(
  node: CompiledNode,
  record: NodeRunRecord,
  outcome: Outcome,
  earlier: NodeRunRecord | undefined,
  state: ExecutionState,
): Visited | OpenVisit | Promise<Visited> {
  switch (outcome.kind) {
    case 'suspend':
      return suspendVisit(node, record, outcome, failureOf, state);
    case 'write':
      return writeVisit(node, record, outcome, failureOf, state);
    case 'each':
    case 'fork':
      return { kind: 'open', record, earlier, outcome };
    case 'branch':
      if (outcome.failAfter !== undefined) return { kind: 'open', record, earlier, outcome };
      return settleVisit(node, record, outcome, state);
    default:
      return settleVisit(node, record, outcome, state);
  }
}

/** The record of a visit that begins, or, under the same identity, of one that an earlier attempt left pending. */
function openRecord(
  node: CompiledNode,
  { rounds }: Frame,
  earlier: NodeRunRecord | undefined,
  state: ExecutionState,
): NodeRunRecord {
  return {
    id: earlier?.id ?? newId(),
    nodeKey: node.key,
    type: node.type,
    ...(rounds.length === 0 ? {} : { rounds }),
    status: 'pending',
    input: earlier?.input ?? null,
    result: null,
    error: null,
    log: null,
    startedAt: earlier?.startedAt ?? state.input.ports.now().toISOString(),
    endedAt: null,
  };
}

/** Null when the execution was stopped before the node finished. */
async function actUnlessStopped(
  node: CompiledNode,
  frame: Frame,
  earlier: NodeRunRecord | undefined,
  record: NodeRunRecord,
  state: ExecutionState,
): Promise<Outcome | null> {
  const { definition } = node;
  const config = renderConfig(definition, node.config, state.scope);
  const context = contextOf(node, frame, record, config, state);
  if (earlier !== undefined && definition.resume !== undefined) {
    state.size.record(jsonBytes(record.input));
    if (context.signal.aborted) return null;
    return unlessStopped(definition.resume(context, { ...earlier, result: trueResult(earlier) }), context.signal);
  }
  record.input = recordableInput(renderInput(definition, config, state.scope), state);
  if (definition.effect === 'effect') await journalIntent(record, state);
  return context.signal.aborted ? null : unlessStopped(definition.run(context), context.signal);
}

/** Masked; an input over the size of a node result is recorded as its size, for it can hold the whole request. */
function recordableInput(config: JsonObject, state: ExecutionState): JsonObject {
  const bytes = jsonBytes(config);
  if (bytes > state.input.limits.nodeResultBytes) return { truncated: true, bytes };
  state.size.record(bytes);
  return state.mask.json(config) as JsonObject;
}

function contextOf(
  node: CompiledNode,
  { rounds, signal }: Frame,
  { id }: NodeRunRecord,
  config: JsonObject,
  state: ExecutionState,
): NodeRunContext {
  const { execution, ports, limits, workflow } = state.input;
  const { version, mode } = execution;
  return {
    config,
    node: { key: node.key, type: node.type, branches: Object.keys(node.branches), runId: id, rounds },
    execution: { id: execution.id, workflowKey: workflowKeyOf(workflow), version, mode },
    scope: state.scope,
    ports,
    limits: { scriptWallMs: limits.scriptWallMs },
    signal,
  };
}

/** Null when the signal is aborted before the node finishes; what the node gives later is dropped. */
function unlessStopped(
  running: Outcome | Promise<Outcome>,
  signal: AbortSignal,
): Outcome | null | Promise<Outcome | null> {
  if (!('then' in running)) return running;
  // Aborted by what the node itself did: nobody would hear of it any more, nor of how the node fails.
  if (signal.aborted) {
    running.catch(() => undefined);
    return null;
  }
  let stopped = (): void => undefined;
  const stop = new Promise<null>((resolve) => {
    stopped = () => resolve(null);
    signal.addEventListener('abort', stopped, { once: true });
  });
  return Promise.race([running, stop]).finally(() => signal.removeEventListener('abort', stopped));
}

/** The outcome that an error stands for. Throws it on when it is a {@link LostClaim}. */
function failureOf(error: unknown): Failure {
  if (error instanceof LostClaim) throw error;
  const fail = (found: NodeError): Failure => ({
    kind: 'fail',
    status: 'error',
    error: found,
  });
  if (error instanceof EngineError) {
    const { code, message, detail } = error;
    return fail(detail === undefined ? { code, message } : { code, message, detail });
  }
  if (error instanceof WriteRefused) return fail({ code: error.code, message: error.message });
  return fail({ code: 'node_error', message: error instanceof Error ? error.message : String(error) });
}

/** A stop ends the execution wherever it is; who encloses the visit knows when only its branch was stopped. */
function settleStopped(
  node: CompiledNode,
  record: NodeRunRecord,
  stop: Stop,
  error: NodeError,
  state: ExecutionState,
): Visited {
  settleVisit(node, record, { kind: 'fail', status: stop.status, error }, state);
  return { kind: 'ended', end: { ...stop, error, reply: null } };
}
