import type { NodeRunRecord } from '#engine';
import type { ExecutionDetail } from '#storage';
import type { TestAdmin } from './start-test-admin.js';

/** How the worker of a spec ends an execution. */
export interface FakeEnding {
  status?: ExecutionDetail['status'];
  nodeRuns?: Pick<NodeRunRecord, 'type' | 'status' | 'result'>[];
}

/**
 * The worker of a spec: takes jobs as they come, asks `end` how each execution ends (null: not at all), and tells who
 * waits. Call what it answers to stop it.
 */
export function workOff(test: TestAdmin, end: (execution: ExecutionDetail) => FakeEnding | null): () => void {
  const timer = setInterval(() => {
    const job = test.producer.take();
    const row = test.storage.executionRows.find(({ id }) => id === job?.executionId);
    const ending = row ? end(row) : null;
    if (!row || !ending) return;
    const ended = { status: ending.status ?? 'resolved', endedAt: new Date(), nodeRuns: ending.nodeRuns ?? [] };
    Object.assign(row, ended);
    void test.replies.publish(test.replies.instance, row.id);
  }, 2);
  return () => clearInterval(timer);
}
