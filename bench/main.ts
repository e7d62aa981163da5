import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { untilStopped } from '../apps/local/src/until-stopped.js';
import { createShutdown } from '../apps/local/src/shutdown.js';
import type { Shutdown } from '../apps/local/src/shutdown.js';
import { runLoad } from './run-load.js';
import type { RunResult } from './run-load.js';
import { scenarios } from './scenarios.js';
import { startStack } from './start-stack.js';
import type { Queue } from './start-stack.js';

const QUEUES: readonly Queue[] = ['redis', 'postgres'];
const HEAD = '| scenario | queue | connections | accepted/s | executed/s | p50 ms | p99 ms | refused | verified |';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '1,10,50,100' },
    scenario: { type: 'string' },
    queue: { type: 'string' },
  },
});

process.exit(await untilStopped(benchmark));

/** Every chosen scenario on every chosen queue. @returns 1 when verification found a fault */
async function benchmark(shutdown: Shutdown): Promise<number> {
  const chosen = scenarios.filter(({ name }) => options.scenario === undefined || name === options.scenario);
  const queues = QUEUES.filter((queue) => options.queue === undefined || queue === options.queue);
  if (chosen.length === 0) throw new Error(`--scenario is one of ${scenarios.map(({ name }) => name).join(', ')}`);
  if (queues.length === 0) throw new Error(`--queue is one of ${QUEUES.join(', ')}`);
  const cores = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  console.log(`Node ${process.versions.node}, ${cores.length} x ${cores[0]?.model ?? 'unknown'}, ${memory} GiB\n`);
  console.log(`${HEAD}\n|${'---|'.repeat(9)}`);
  const faults: string[] = [];
  for (const queue of queues) faults.push(...(await benchmarkQueue(queue, chosen, shutdown)));
  console.log(faults.length === 0 ? '\nEvery accepted request has one ended execution.' : `\n${faults.join('\n')}`);
  return faults.length === 0 ? 0 : 1;
}

async function benchmarkQueue(queue: Queue, chosen: typeof scenarios, shutdown: Shutdown): Promise<string[]> {
  const own = createShutdown((error) => console.error(error));
  shutdown.add((hurry) => own.stop(hurry));
  const stack = await startStack(queue, own);
  const faults: string[] = [];
  for (const scenario of chosen) {
    // A short run first: compiled code, warm caches and open connections are what a service has all day.
    await runLoad(stack, { ...scenario, name: `${scenario.name}-warm-up` }, 10, 2);
    for (const connections of options.connections.split(',').map(Number)) {
      shutdown.signal.throwIfAborted();
      const result = await runLoad(stack, scenario, connections, Number(options.seconds));
      console.log(row(scenario.name, queue, connections, result));
      faults.push(...result.faults.map((fault) => `${scenario.name}, ${queue}, ${connections} connections: ${fault}`));
    }
  }
  await own.stop();
  return faults;
}

function row(scenario: string, queue: Queue, connections: number, result: RunResult): string {
  const { acceptedPerSecond, executedPerSecond, p50, p99, refused, faults } = result;
  const rates = [acceptedPerSecond, executedPerSecond].map((rate) => Math.round(rate));
  return `| ${[scenario, queue, connections, ...rates, p50, p99, refused, faults.length === 0 ? 'yes' : 'NO'].join(' | ')} |`;
}
