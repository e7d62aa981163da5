import type { Shutdown } from '../../apps/local/src/shutdown.js';
import { startCostMeter } from '../cost/cost-meter.js';
import type { LoadOrder, LoadResult } from '../load/load-order.js';
import { BODY } from '../scenarios.js';
import { startChild } from '../start-child.js';
import type { Child } from '../start-child.js';
import type { Stack } from '../start-stack.js';
import type { CommitOrder } from './commit-rows.js';
import type { PassOrder } from './pass-jobs.js';
import type { Throughput } from './throughput.js';

/** One bare part, alone on the machine. */
export interface Limit {
  perSecond: number;
  /** Microseconds of processor time for each request, row or job, in the process that does it; null without /proc. */
  cpuUs: number | null;
  /** The same of the server it talks to (Postgres or Redis); 0 when there is none. */
  serverCpuUs: number | null;
}

/** The bare parts by name; `add` and `work` only when there is a Redis. */
export type Limits = Partial<Record<LimitName, Limit>>;

export type LimitName = 'fastify' | 'rows' | 'add' | 'work';

/** As many connections as the middle of the scenarios'. */
const CONNECTIONS = 50;
const WARM_UP_SECONDS = 1;

/** Measures what the parts can do alone, for the same seconds on the same machine as the scenarios. */
export async function measureLimits(
  stack: Stack,
  generator: Child<LoadOrder, LoadResult>,
  seconds: number,
  shutdown: Shutdown,
): Promise<Limits> {
  return {
    fastify: await fastifyLimit(generator, seconds, shutdown),
    rows: await rowsLimit(stack, seconds, shutdown),
    ...(stack.redisUrl === null ? {} : await jobLimits(stack, stack.redisUrl, seconds, shutdown)),
  };
}

async function fastifyLimit(generator: Child<LoadOrder, LoadResult>, seconds: number, shutdown: Shutdown) {
  const server = await startChild<null, string>('fastify-limit', shutdown);
  const url = await server.ask(null);
  const order = { url, body: BODY, headers: {}, status: 200, connections: CONNECTIONS, rate: null, duplicates: false };
  await generator.ask({ ...order, seconds: WARM_UP_SECONDS });
  const limit = await measure({ part: server.pid }, async () => {
    const { accepted } = await generator.ask({ ...order, seconds });
    return { done: accepted, seconds };
  });
  server.stop();
  return limit;
}

async function rowsLimit({ databaseUrl, pids }: Stack, seconds: number, shutdown: Shutdown) {
  const client = await startChild<CommitOrder, Throughput>('postgres-limit', shutdown);
  await client.ask({ databaseUrl, body: BODY, seconds: WARM_UP_SECONDS });
  const limit = await measure({ part: client.pid, server: pids['postgres']! }, () =>
    client.ask({ databaseUrl, body: BODY, seconds }),
  );
  client.stop();
  return limit;
}

async function jobLimits({ pids }: Stack, redisUrl: string, seconds: number, shutdown: Shutdown) {
  const client = await startChild<PassOrder, Throughput>('redis-limit', shutdown);
  const processes = { part: client.pid, server: pids['redis']! };
  for (const way of ['add', 'work'] as const) await client.ask({ way, redisUrl, seconds: WARM_UP_SECONDS });
  const add = await measure(processes, () => client.ask({ way: 'add', redisUrl, seconds }));
  const work = await measure(processes, () => client.ask({ way: 'work', redisUrl, seconds }));
  client.stop();
  return { add, work };
}

async function measure(pids: Record<string, number>, run: () => Promise<Throughput>): Promise<Limit> {
  const stopMeter = startCostMeter(pids);
  const { done, seconds } = await run();
  const usages = stopMeter();
  return {
    perSecond: done / seconds,
    cpuUs: usages && usages['part']!.cpuUs / done,
    serverCpuUs: usages && (usages['server']?.cpuUs ?? 0) / done,
  };
}
