import {
  compileNodeTest,
  manualContext,
  nodeRegistry,
  runExecution,
  WriteRefused,
  type EnginePorts,
  type Journal,
  type NodeError,
  type NodeRunRecord,
  type RunResult,
} from '#engine';
import type { Json, Logger, Settings } from '#shared';
import type { ReplyChannel } from '#queue';
import type { NodeTestOutcome, NodeTestStore, TakenNodeTest } from '#storage';
import { abortAfter } from '../execution/abort-after.js';
import type { Environment } from '../ports/environment.js';

export interface NodeTestsParts {
  store: Pick<NodeTestStore, 'take' | 'finish'>;
  environment: Pick<Environment, 'valuesFor'>;
  replies: Pick<ReplyChannel, 'publish'>;
  ports: Omit<EnginePorts, 'journal'>;
  settings: Pick<Settings, 'RESULT_LIMITS' | 'SCRIPT_LIMITS'>;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** Node visits in one test: the node, and those that stand for the results before it. */
const MAX_STEPS = 1_000;
const NOT_TESTABLE: NodeError = { code: 'not_testable', message: 'This node cannot be tested by itself.' };
const TIMED_OUT = { status: 'aborted', reason: 'timeout' };

/**
 * Nothing of a test is kept: an effect is simply made, and a worker that dies on the way takes the test along. Who asked
 * is there and asks again if he likes.
 */
const FORGETFUL: Journal = {
  beforeEffect: () => Promise.resolve(),
  flush: () => Promise.resolve(),
  suspend: () => Promise.reject(new WriteRefused(NOT_TESTABLE.code, NOT_TESTABLE.message)),
  write: () => Promise.reject(new WriteRefused(NOT_TESTABLE.code, NOT_TESTABLE.message)),
};

/** Runs tests of single nodes as an execution would run them, with real effects and without an execution. */
export class NodeTests {
  constructor(private readonly parts: NodeTestsParts) {}

  /** Does nothing when another worker took it, or nobody waits for it any more. @throws StorageUnavailable */
  async run(id: string): Promise<void> {
    const { store, replies, logger } = this.parts;
    const test = await store.take(id);
    if (test === null) return;
    const outcome = await this.outcomeOf(test).catch((error: unknown): NodeTestOutcome => {
      logger.error({ err: error, nodeTestId: id }, 'the test of a node broke off');
      return failure({ code: 'worker_fault', message: 'The worker could not run this test; its log says why.' });
    });
    await store.finish(id, outcome);
    await replies.publish(test.replyTo, id);
    logger.info({ nodeTestId: id, nodeType: test.type, status: outcome.status }, 'node test');
  }

  private async outcomeOf(test: TakenNodeTest): Promise<NodeTestOutcome> {
    if (nodeRegistry.get(test.type)?.testable !== true) return failure(NOT_TESTABLE);
    const compiled = compileNodeTest(test);
    if (!compiled.ok) {
      const message = compiled.faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
      return failure({ code: 'invalid_config', message });
    }
    const abort = new AbortController();
    const callOff = abortAfter(abort, test.expiresInMs, TIMED_OUT);
    try {
      const run = await this.execute(test, compiled, abort.signal);
      return toOutcome(run, compiled.testedKey);
    } finally {
      callOff();
    }
  }

  private execute(
    test: TakenNodeTest,
    { workflow, restored }: { workflow: Parameters<typeof runExecution>[0]['workflow']; restored: NodeRunRecord[] },
    signal: AbortSignal,
  ): Promise<RunResult> {
    const { environment, ports, settings } = this.parts;
    return runExecution({
      workflow,
      execution: { id: test.id, version: 0, mode: 'async' },
      context: manualContext(test.context) as unknown as Json,
      env: environment.valuesFor(workflow.envNames),
      ports: { ...ports, journal: FORGETFUL },
      signal,
      restored,
      limits: {
        nodeResultBytes: settings.RESULT_LIMITS.node,
        replyBytes: settings.RESULT_LIMITS.reply,
        stateBytes: settings.RESULT_LIMITS.state,
        scriptWallMs: settings.SCRIPT_LIMITS.wall,
        maxSteps: MAX_STEPS,
        loopRounds: MAX_STEPS,
      },
    });
  }
}

function toOutcome(run: RunResult, testedKey: string): NodeTestOutcome {
  const visit = run.kind === 'ended' ? run.nodeRuns.findLast(({ nodeKey }) => nodeKey === testedKey) : undefined;
  if (visit !== undefined) {
    const { status, result, error, log } = visit;
    return { status, result, error, log };
  }
  return failure((run.kind === 'ended' ? run.error : null) ?? NOT_TESTABLE);
}

function failure(error: NodeError): NodeTestOutcome {
  return { status: 'error', result: null, error, log: null };
}
