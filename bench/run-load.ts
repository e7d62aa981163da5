import autocannon from 'autocannon';
import type { Scenario } from './scenarios.js';
import type { Stack } from './start-stack.js';
import { verifyRun } from './verify-run.js';

export interface RunResult {
  /** Accepted answers per second, while the load ran. */
  acceptedPerSecond: number;
  /** Ended executions per second, until the last one ended. */
  executedPerSecond: number;
  p50: number;
  p99: number;
  /** Answers with another status, and connection errors. */
  refused: number;
  /** Everything that verification found; empty = nothing lost, nothing twice. */
  faults: string[];
}

/** A new version answers within a second (contract, part 3). */
const VISIBLE_WITHIN_MS = 1000;

/**
 * One closed loop: every connection sends its next request when the last one was answered. Afterwards waits until all
 * executions have ended and checks that there is exactly one per accepted request.
 */
export async function runLoad(
  stack: Stack,
  scenario: Scenario,
  connections: number,
  seconds: number,
): Promise<RunResult> {
  const key = `bench-${scenario.name}-${connections}`;
  await stack.api('PUT', `/workflows/${key}`, { key, ...scenario.document });
  await new Promise((resolve) => setTimeout(resolve, VISIBLE_WITHIN_MS));
  const startedAt = performance.now();
  const measured = await autocannon({
    url: `${stack.gatewayUrl}/api/webhooks/${key}`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: scenario.body,
    connections,
    duration: seconds,
    timeout: 60,
  });
  const accepted = measured.statusCodeStats?.[`${scenario.status}`]?.count ?? 0;
  const verified = await verifyRun(stack, key, accepted, connections);
  return {
    acceptedPerSecond: accepted / measured.duration,
    executedPerSecond: verified.executions / ((verified.drainedAt - startedAt) / 1000),
    p50: measured.latency.p50,
    p99: measured.latency.p99,
    refused: measured.requests.total - accepted + measured.errors,
    faults: verified.faults,
  };
}
