import type { Json } from '#shared';
import type { CompiledWorkflow } from '../contract/compiled-workflow.js';
import type { EngineLimits, ExecutionInput, ExecutionOutcome, RunResult } from '../contract/execution.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { EnginePorts } from '../contract/ports.js';
import { compileWith } from '../definition/compile-workflow.js';
import { nodeRegistry } from '../nodes/index.js';
import { runExecution } from '../run/run-execution.js';
import { givenContext } from '../triggers/given-context.js';
import { endedOutcome } from './ended-outcome.js';
import { DEFAULT_LIMITS, fakePorts } from './fake-ports.js';
import { TEST_EXECUTION_ID } from './run-node.js';

/** What a document under test runs with; everything left out is a fake, a default or empty. */
export interface DocumentTest {
  ports?: Partial<EnginePorts>;
  env?: Record<string, string>;
  /** Names in `env` that are secrets; all of them when left out. */
  secretNames?: readonly string[];
  signal?: AbortSignal;
  limits?: Partial<EngineLimits>;
  /** What earlier attempts recorded. */
  restored?: readonly NodeRunRecord[];
  shouldYield?: () => boolean;
  /** The database's clock when the execution was handed out. */
  wokenAt?: Date;
}

/** Compiles a document and fails loudly, with every fault, when it has any. */
export function compileDocument(document: unknown): CompiledWorkflow {
  const compiled = compileWith(nodeRegistry)(document);
  if (compiled.ok) return compiled.workflow;
  throw new Error(`the document has faults: ${JSON.stringify(compiled.faults, null, 2)}`);
}

/** Compiles and runs a document on fakes, to its end; `context` may leave out any part of a webhook's `$context`. */
export async function runDocument(
  document: unknown,
  context: Json = {},
  test: DocumentTest = {},
): Promise<ExecutionOutcome> {
  return endedOutcome(await runToResult(document, context, test));
}

/** As {@link runDocument}, for runs that may also wait or yield. */
export async function runToResult(document: unknown, context: Json = {}, test: DocumentTest = {}): Promise<RunResult> {
  const workflow = compileDocument(document);
  return runExecution(executionInput(workflow, givenContext(workflow, context), test));
}

/** The input of one run of a compiled workflow on fakes. */
export function executionInput(workflow: CompiledWorkflow, context: Json, test: DocumentTest = {}): ExecutionInput {
  const values = test.env ?? {};
  return {
    workflow,
    execution: { id: TEST_EXECUTION_ID, version: 1, mode: workflow.trigger.config.mode },
    context,
    env: { values, secretNames: new Set(test.secretNames ?? Object.keys(values)) },
    ports: fakePorts(test.ports),
    signal: test.signal ?? new AbortController().signal,
    limits: { ...DEFAULT_LIMITS, ...test.limits },
    ...(test.restored === undefined ? {} : { restored: test.restored }),
    ...(test.shouldYield === undefined ? {} : { shouldYield: test.shouldYield }),
    ...(test.wokenAt === undefined ? {} : { wokenAt: test.wokenAt }),
  };
}
