import { compileNodeTest, nodeRegistry, type NodeTestDocument } from '#engine';
import type { JobProducer, ReplyChannel } from '#queue';
import { currentTraceparent, newId, type Json } from '#shared';
import type { NodeTestOutcome, NodeTestStore } from '#storage';
import { ApiProblem, found } from '../http/api-problem.js';
import { WakeUp } from '../workflows/wake-up.js';
import type { ManualRunOptions } from '../workflows/manual-runs.js';

export interface NodeTestRequest extends NodeTestDocument {
  context: Json;
}

/**
 * Tries one node on a worker, with real effects: admin itself never runs a node. The test lies in Postgres for as long
 * as somebody waits for it, and is begun at most once; when its worker dies it is not begun again.
 */
export class NodeTestDesk {
  constructor(
    private readonly store: Pick<NodeTestStore, 'create' | 'find' | 'delete'>,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly replies: Pick<ReplyChannel, 'instance' | 'listen'>,
    private readonly options: ManualRunOptions,
  ) {}

  /** @throws ApiProblem not_found, not_testable, invalid_request with the faults of the config, no_answer, queue_away */
  async run(request: NodeTestRequest): Promise<NodeTestOutcome> {
    refuseFaults(request);
    const id = newId();
    await this.store.create({ id, ...request, replyTo: this.replies.instance, expiresInMs: this.options.waitMs });
    const wake = new WakeUp();
    const stop = this.replies.listen(id, () => wake.call());
    try {
      await this.enqueue(id);
      return await this.outcomeOf(id, wake);
    } finally {
      stop();
      // What stays when the database is away now goes with the next test.
      await this.store.delete(id).catch(() => undefined);
    }
  }

  private async enqueue(id: string): Promise<void> {
    const traceparent = currentTraceparent();
    const about = { executionId: id, attempt: 0, dedupId: null, urgent: true, nodeTest: true as const };
    try {
      await this.producer.enqueue({ ...about, ...(traceparent ? { traceparent } : {}) });
    } catch {
      throw new ApiProblem('queue_away', 'Nothing was run. Try again in a moment.', undefined, { 'retry-after': '2' });
    }
  }

  private async outcomeOf(id: string, wake: WakeUp): Promise<NodeTestOutcome> {
    const { waitMs, pollMs, signal } = this.options;
    const end = Date.now() + waitMs;
    for (;;) {
      const left = end - Date.now();
      if (left > 0) await wake.orAfter(Math.min(pollMs, left), signal);
      const state = await this.store.find(id);
      if (state?.kind === 'ended') return state.outcome;
      if (left > 0 && !signal.aborted) continue;
      throw new ApiProblem(
        'no_answer',
        state?.kind === 'waiting'
          ? 'No worker took the test, and none will any more. Look whether workers run.'
          : 'The worker that took the test has not answered; the node may have acted.',
      );
    }
  }
}

function refuseFaults(request: NodeTestRequest): void {
  const definition = found(nodeRegistry.get(request.type) ?? null, 'node type', request.type);
  if (definition.testable !== true) {
    throw new ApiProblem(
      'not_testable',
      `A node of type ${request.type} cannot be tested by itself; run its workflow.`,
    );
  }
  const compiled = compileNodeTest(request);
  if (!compiled.ok) throw new ApiProblem('invalid_request', 'The config has faults.', compiled.faults);
}
