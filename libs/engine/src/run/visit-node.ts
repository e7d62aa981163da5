import { newId, type JsonObject } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { EngineError } from '../contract/engine-error.js';
import type { ExecutionInput } from '../contract/execution.js';
import type { NodeRunContext } from '../contract/node.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import { LostClaim } from '../contract/ports.js';
import { workflowKeyOf, type ExecutionState } from './execution-state.js';
import { jsonBytes } from './json-bytes.js';
import { renderConfig, renderInput } from './render-config.js';
import { settleVisit, type Settled } from './settle-visit.js';
import { stopReason, type Stop } from './stop-reason.js';

/**
 * One visit of one node: renders its config, journals the intent of an effect, runs it and settles what came out.
 * Whatever the node throws becomes the status `error`; only {@link LostClaim} is thrown on.
 */
export async function visitNode(node: CompiledNode, state: ExecutionState): Promise<Settled> {
  const { input } = state;
  state.steps += 1;
  const visit = (state.visits.get(node.key) ?? 0) + 1;
  state.visits.set(node.key, visit);
  const record = openRecord(node, input);
  let outcome: Outcome | null;
  try {
    const config = renderConfig(node.definition, node.config, state.scope);
    record.input = recordableInput(renderInput(node.definition, config, state.scope), state);
    if (node.definition.effect === 'effect') await journalIntent(record, state);
    outcome = await runUnlessStopped(node, contextOf(node, visit, config, state));
  } catch (error) {
    if (error instanceof LostClaim) throw error;
    outcome = thrown(error);
  }
  const stop = outcome === null || outcome.kind === 'fail' ? stopReason(input.signal) : null;
  if (stop !== null) return settleStopped(node, record, stop, state);
  return settleVisit(node, record, outcome ?? thrown(new Error('The node gave no outcome.')), state);
}

function openRecord(node: CompiledNode, input: ExecutionInput): NodeRunRecord {
  return {
    id: newId(),
    nodeKey: node.key,
    type: node.type,
    status: 'pending',
    input: null,
    result: null,
    error: null,
    log: null,
    startedAt: input.ports.now().toISOString(),
    endedAt: null,
  };
}

/** Masked; an input over the size of a node result is recorded as its size, for it can hold the whole request. */
function recordableInput(config: JsonObject, state: ExecutionState): JsonObject {
  const bytes = jsonBytes(config);
  if (bytes > state.input.limits.nodeResultBytes) return { truncated: true, bytes };
  state.bytes += bytes;
  return state.mask.json(config) as JsonObject;
}

async function journalIntent(record: NodeRunRecord, state: ExecutionState): Promise<void> {
  const completed = state.unjournaled;
  try {
    await state.input.ports.journal.beforeEffect({ ...record }, completed);
  } catch (error) {
    if (error instanceof LostClaim) throw error;
    throw new EngineError('journal_failed', 'The intent of this effect could not be recorded, so it was not begun.');
  }
  state.unjournaled = [];
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

/** Null when the signal was aborted before the node finished; what the node gives later is dropped. */
async function runUnlessStopped(node: CompiledNode, context: NodeRunContext): Promise<Outcome | null> {
  const { signal } = context;
  if (signal.aborted) return null;
  const running = node.definition.run(context);
  if (!('then' in running)) return running;
  let stopped = (): void => undefined;
  const stop = new Promise<null>((resolve) => {
    stopped = () => resolve(null);
    signal.addEventListener('abort', stopped, { once: true });
  });
  try {
    return await Promise.race([running, stop]);
  } finally {
    signal.removeEventListener('abort', stopped);
  }
}

function thrown(error: unknown): Outcome {
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

function settleStopped(node: CompiledNode, record: NodeRunRecord, stop: Stop, state: ExecutionState): Settled {
  const error = { code: 'aborted', message: 'The execution was stopped while this node ran.' };
  const settled = settleVisit(node, record, { kind: 'fail', status: stop.status, error }, state);
  return settled.kind === 'ended' ? { ...settled, end: { ...settled.end, reason: stop.reason } } : settled;
}
