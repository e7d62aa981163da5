import type { Json, JsonObject } from '#shared';
import type { CompiledNode, CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { EngineLimits, ExecutionInput, ExecutionOutcome, RunResult } from '../contract/execution.js';
import { defineNode, type NodeDefinition, type NodeRunContext } from '../contract/node.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import type { EnginePorts } from '../contract/ports.js';
import type { WebhookTrigger } from '../contract/workflow-document.js';
import { compileOptions } from '../definition/compile-options.js';
import { runExecution } from '../run/run-execution.js';
import { endedOutcome } from './ended-outcome.js';
import { DEFAULT_LIMITS, fakePorts } from './fake-ports.js';

type Run = (context: NodeRunContext) => Outcome | Promise<Outcome>;

type More = Partial<Pick<CompiledNode, 'branches' | 'config'>> &
  Partial<Pick<NodeDefinition, 'abandon' | 'effect' | 'isRepeatable' | 'raw' | 'resume' | 'type'>>;

/** A node that does what `run` says; no document could have it. */
export function step(key: string, run: Run, more: More = {}): CompiledNode {
  const { effect = 'pure', raw = [], config = {}, branches = {}, type = 'step', abandon, isRepeatable, resume } = more;
  const definition = defineNode({
    ...{ type, title: type, docs: '', configSchema: {}, branches: Object.keys(branches), effect, raw, examples: [] },
    ...(isRepeatable === undefined ? {} : { isRepeatable }),
    ...(resume === undefined ? {} : { resume }),
    ...(abandon === undefined ? {} : { abandon }),
    run,
  });
  return { key, type, definition, config, branches };
}

/** A node with this result. */
export function value(key: string, result: Json, config: JsonObject = {}): CompiledNode {
  return step(key, () => ({ kind: 'done', result }), { config });
}

/** What {@link runNodes} runs with; everything left out is a fake, a default or empty. */
export interface RunNodesTest {
  mode?: 'async' | 'sync';
  context?: Json;
  env?: Record<string, string>;
  ports?: Partial<EnginePorts>;
  signal?: AbortSignal;
  limits?: Partial<EngineLimits>;
  response?: WebhookTrigger['response'];
  /** What earlier attempts recorded. */
  restored?: readonly NodeRunRecord[];
  shouldYield?: () => boolean;
  /** The database's clock when the execution was handed out. */
  wokenAt?: Date;
}

function inputOf(nodes: CompiledNode[], test: RunNodesTest): ExecutionInput {
  const config = { type: 'webhook', mode: test.mode ?? 'async' } as WebhookTrigger;
  if (test.response !== undefined) config.response = test.response;
  const workflow: CompiledWorkflow = {
    document: { key: 'under-test', trigger: config, nodes: [] },
    trigger: { config, methods: new Set(['POST']), path: null, validateBody: null },
    options: compileOptions({}),
    nodes,
    envNames: [],
  };
  const env = test.env ?? {};
  return {
    workflow,
    execution: { id: 'execution-1', version: 3, mode: config.mode },
    context: test.context ?? {},
    env: { values: env, secretNames: new Set(Object.keys(env)) },
    ports: fakePorts(test.ports),
    signal: test.signal ?? new AbortController().signal,
    limits: { ...DEFAULT_LIMITS, ...test.limits },
    ...(test.restored === undefined ? {} : { restored: test.restored }),
    ...(test.shouldYield === undefined ? {} : { shouldYield: test.shouldYield }),
    ...(test.wokenAt === undefined ? {} : { wokenAt: test.wokenAt }),
  };
}

/** Runs these nodes to their end, without a document: for the loop, which does not know what nodes there are. */
export async function runNodes(nodes: CompiledNode[], test: RunNodesTest = {}): Promise<ExecutionOutcome> {
  return endedOutcome(await runNodesToResult(nodes, test));
}

/** As {@link runNodes}, for runs that may also wait or yield. */
export function runNodesToResult(nodes: CompiledNode[], test: RunNodesTest = {}): Promise<RunResult> {
  return runExecution(inputOf(nodes, test));
}
