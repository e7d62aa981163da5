import { startCostMeter } from './cost/cost-meter.js';
import type { Usages } from './cost/cost-meter.js';
import type { EffectCalls } from './effect-target.js';
import type { LoadOrder, LoadResult } from './load/load-order.js';
import type { Scenario } from './scenarios.js';
import type { Child } from './start-child.js';
import type { Stack } from './start-stack.js';
import { untilDrained } from './until-drained.js';
import { verifyRun } from './verify-run.js';

/** Everything that is up while scenarios run. */
export interface Rig {
  stack: Stack;
  generator: Child<LoadOrder, LoadResult>;
  effects: Child<null, EffectCalls>;
}

export interface Load {
  connections: number;
  /** Requests per second of an open loop; null = closed loop. */
  rate: number | null;
}

export interface RunResult {
  /** Answers per second while the load ran. */
  acceptedPerSecond: number;
  /** Ended executions per second, from the first request until the last one ended. */
  executedPerSecond: number;
  accepted: number;
  executions: number;
  latency: LoadResult['latency'];
  /** Answers with another status, broken connections, silence. */
  refused: number;
  /** From the first request until the last execution ended, by process; null where there is no /proc. */
  usages: Usages | null;
  /** Everything that verification found; empty = nothing lost, nothing twice. */
  faults: string[];
}

/** A new version answers within a second (contract, part 3). */
const VISIBLE_WITHIN_MS = 1000;
/** Whatever the load: at one connection two seconds would not get the code compiled that a service has compiled all day. */
const WARM_UP: Load = { connections: 50, rate: null };
const WARM_UP_SECONDS = 2;

let runs = 0;

/**
 * One run: warms up, loads, waits until all executions have ended, and checks that there is exactly one per accepted
 * delivery.
 */
export async function measureRun(rig: Rig, scenario: Scenario, load: Load, seconds: number): Promise<RunResult> {
  const { stack, generator } = rig;
  const key = `bench-${scenario.name}-${++runs}`;
  const { url } = await rig.effects.ask(null);
  for (const [name, value] of Object.entries(scenario.secrets)) await stack.api('PUT', `/secrets/${name}`, { value });
  for (const workflow of [`${key}-warm-up`, key])
    await stack.api('PUT', `/workflows/${workflow}`, { key: workflow, ...scenario.document(url) });
  await new Promise((resolve) => setTimeout(resolve, VISIBLE_WITHIN_MS));
  await loadAndDrain(rig, `${key}-warm-up`, scenario, WARM_UP, WARM_UP_SECONDS);
  await rig.effects.ask(null);

  const stopMeter = startCostMeter({ ...stack.pids, generator: generator.pid });
  const startedAt = performance.now();
  const { result, drained } = await loadAndDrain(rig, key, scenario, load, seconds);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  const usages = stopMeter();

  const { accepted, distinct } = result;
  const refused = Object.values(result.refused).reduce((sum, count) => sum + count, 0);
  const expected = { distinct, repeated: accepted - distinct, uncertain: refused };
  const { executions, faults } = await verifyRun(stack.api, key, expected);
  const { calls } = await rig.effects.ask(null);
  if (calls !== executions * scenario.effects)
    faults.push(`${executions} executions, but the effect was seen ${calls} times`);
  if (!drained) faults.push('executions still wait after five minutes');
  return {
    acceptedPerSecond: result.acceptedInTime / seconds,
    executedPerSecond: executions / tookSeconds,
    accepted,
    executions,
    latency: result.latency,
    refused,
    usages,
    faults,
  };
}

async function loadAndDrain({ stack, generator }: Rig, key: string, scenario: Scenario, load: Load, seconds: number) {
  const { body, headers, status, duplicates } = scenario;
  const url = `${stack.gatewayUrl}/api/webhooks/${key}`;
  const result = await generator.ask({ url, body, headers, status, duplicates, ...load, seconds });
  const drained = await untilDrained(stack.api, key);
  return { result, drained };
}
