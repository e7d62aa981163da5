import { newId, type JsonObject } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { NodeRunContext } from '../contract/node.js';
import type { NodeError, NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import { LostClaim } from '../contract/ports.js';
import { workflowKeyOf, type ExecutionState } from './execution-state.js';
import { journalIntent, journalWait } from './journal-visit.js';
import { jsonBytes } from './json-bytes.js';
import { renderConfig, renderInput } from './render-config.js';
import { isSettled, restoreVisit, trueResult } from './restore-visit.js';
import { settleVisit, waitingRecord, type Settled } from './settle-visit.js';
import { stopReason, type Stop } from './stop-reason.js';

const STOPPED: NodeError = { code: 'aborted', message: 'The execution was stopped while this node ran.' };

const WORKER_LOST: Stop = { status: 'retry_needed', reason: 'worker_lost' };
const IN_DOUBT: NodeError = {
  code: 'worker_lost',
  message: 'The worker was lost while this node ran; nobody knows whether it acted, and it must not act twice.',
};

/**
 * One visit of one node: renders its config, journals the intent of an effect, runs it and settles what came out. A visit
 * that an earlier attempt settled is not made again; one that it left pending is gone on with, or ends the execution.
 * Whatever the node throws becomes the status `error`; only {@link LostClaim} is thrown on.
 */
export function visitNode(node: CompiledNode, state: ExecutionState): Settled | Promise<Settled> {
  state.steps += 1;
  const visit = (state.visits.get(node.key) ?? 0) + 1;
  state.visits.set(node.key, visit);
  const earlier = state.restored?.get(node.key)?.[visit - 1];
  if (earlier === undefined) return makeVisit(node, visit, undefined, state);
  if (isSettled(earlier)) return restoreVisit(earlier, state);
  if (mayGoOn(node, state)) return makeVisit(node, visit, earlier, state);
  return settleStopped(node, openRecord(node, earlier, state), WORKER_LOST, IN_DOUBT, state);
}

/** Whether a visit that an earlier attempt left pending can be resumed or made again. */
function mayGoOn({ definition, config }: CompiledNode, state: ExecutionState): boolean {
  if (definition.resume !== undefined || definition.effect === 'pure') return true;
  if (definition.isRepeatable === undefined) return false;
  try {
    return definition.isRepeatable(renderConfig(definition, config, state.scope));
  } catch {
    // A config that cannot be read now does not say that the effect may be repeated.
    return false;
  }
}

async function makeVisit(
  node: CompiledNode,
  visit: number,
  earlier: NodeRunRecord | undefined,
  state: ExecutionState,
): Promise<Settled> {
  const record = openRecord(node, earlier, state);
  let outcome: Outcome | null;
  try {
    outcome = await actUnlessStopped(node, visit, earlier, record, state);
  } catch (error) {
    outcome = thrown(error);
  }
  // What was done or decided stands; a failure or a wait gives way to the stop that may have caused it.
  const mayBeStopped = outcome === null || outcome.kind === 'fail' || outcome.kind === 'suspend';
  const stop = mayBeStopped ? stopReason(state.input.signal) : null;
  if (stop !== null) return settleStopped(node, record, stop, STOPPED, state);
  if (outcome?.kind === 'suspend') return suspendVisit(node, record, outcome, state);
  return settleVisit(node, record, outcome ?? thrown(new Error('The node gave no outcome.')), state);
}

/** The record of a visit that begins, or, under the same identity, of one that an earlier attempt left pending. */
function openRecord(node: CompiledNode, earlier: NodeRunRecord | undefined, state: ExecutionState): NodeRunRecord {
  return {
    id: earlier?.id ?? newId(),
    nodeKey: node.key,
    type: node.type,
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
  visit: number,
  earlier: NodeRunRecord | undefined,
  record: NodeRunRecord,
  state: ExecutionState,
): Promise<Outcome | null> {
  const { definition } = node;
  const config = renderConfig(definition, node.config, state.scope);
  const context = contextOf(node, visit, config, state);
  if (earlier !== undefined && definition.resume !== undefined) {
    state.bytes += jsonBytes(record.input);
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
  state.bytes += bytes;
  return state.mask.json(config) as JsonObject;
}

function contextOf(node: CompiledNode, visit: number, config: JsonObject, state: ExecutionState): NodeRunContext {
  const { execution, ports, signal, limits, workflow } = state.input;
  return {
    config,
    node: { key: node.key, type: node.type, branches: Object.keys(node.branches), visit },
    execution: {
      id: execution.id,
      workflowKey: workflowKeyOf(workflow),
      version: execution.version,
      mode: execution.mode,
    },
    scope: state.scope,
    ports: { script: ports.script, http: ports.http, now: ports.now },
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
  // Aborted by what the node itself did: nobody would hear of it any more.
  if (signal.aborted) return null;
  let stopped = (): void => undefined;
  const stop = new Promise<null>((resolve) => {
    stopped = () => resolve(null);
    signal.addEventListener('abort', stopped, { once: true });
  });
  return Promise.race([running, stop]).finally(() => signal.removeEventListener('abort', stopped));
}

/** The outcome that an error stands for. Throws it on when it is a {@link LostClaim}. */
function thrown(error: unknown): Extract<Outcome, { kind: 'fail' }> {
  if (error instanceof LostClaim) throw error;
  if (error instanceof EngineError) {
    const { code, message, detail } = error;
    return {
      kind: 'fail',
      status: 'error',
      error: detail === undefined ? { code, message } : { code, message, detail },
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'fail', status: 'error', error: { code: 'node_error', message } };
}

/** Lets go of the execution; when that cannot be recorded the visit ends as an error instead. */
async function suspendVisit(
  node: CompiledNode,
  record: NodeRunRecord,
  outcome: Extract<Outcome, { kind: 'suspend' }>,
  state: ExecutionState,
): Promise<Settled> {
  try {
    await journalWait(node, waitingRecord(record, outcome.result, state), outcome.resumeAt, state);
  } catch (error) {
    return settleVisit(node, record, thrown(error), state);
  }
  return { kind: 'suspended' };
}

function settleStopped(
  node: CompiledNode,
  record: NodeRunRecord,
  stop: Stop,
  error: NodeError,
  state: ExecutionState,
): Settled {
  const settled = settleVisit(node, record, { kind: 'fail', status: stop.status, error }, state);
  return settled.kind === 'ended' ? { ...settled, end: { ...settled.end, reason: stop.reason } } : settled;
}
