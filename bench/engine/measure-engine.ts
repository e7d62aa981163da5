import { runExecution, type EnginePorts, type Journal } from '#engine';
import { compileDocument, executionInput } from '#engine/testing';
import type { Json } from '#shared';
import { createScriptRunner } from '../../apps/worker/src/ports/script-runner.js';
import { conditionDocument, loopDocument, rowDocument, type Document, type PureNode } from './engine-documents.js';
import type { EngineNumbers, EngineOrder, EngineRate } from './engine-numbers.js';
import { heapMb, heapSampler } from './heap-samples.js';

/** Nodes of the shorter and of the longer of two workflows whose difference is the cost of a node. */
const SHORT = 5;
const LONG = 105;
const LOOP_ROUNDS = 100;
const LONG_LOOP_ROUNDS = 10_000;
/** The long loop makes about 78 entries of the journal, so this gives seven samples. */
const FLUSHES_PER_SAMPLE = 10;
const CONTEXT: Json = { data: { amount: 120 } };

/** Measures the engine in this very process, which should do nothing else. */
export async function measureEngine({ seconds }: EngineOrder): Promise<EngineNumbers> {
  const nodeUs = (type: PureNode): Promise<number> => costOfNode(type, seconds);
  return {
    condition: await rateOf(execution(conditionDocument()), seconds),
    loop: await rateOf(execution(loopDocument(LOOP_ROUNDS)), seconds),
    nodeUs: {
      condition: await nodeUs('condition'),
      variable: await nodeUs('variable'),
      calculation: await nodeUs('calculation'),
    },
    heapMb: await heapOfLongLoop(),
    script: await scriptRate(seconds),
  };
}

/** A journal that commits at once and keeps nothing. */
function forgetfulJournal(): Journal {
  const nothing = async (): Promise<void> => undefined;
  return { beforeEffect: nothing, flush: nothing, suspend: nothing, write: nothing };
}

function execution(document: Document, ports: Partial<EnginePorts> = {}): () => Promise<void> {
  const workflow = compileDocument({ key: 'engine', ...document });
  const input = executionInput(workflow, CONTEXT, {
    ports: { journal: forgetfulJournal(), now: () => new Date(), ...ports },
  });
  return async () => {
    const result = await runExecution(input);
    if (result.kind !== 'ended' || result.status !== 'resolved')
      throw new Error(`the execution did not resolve: ${JSON.stringify(result).slice(0, 500)}`);
  };
}

/** Runs for half a second unmeasured, then for the time given. */
async function rateOf(run: () => Promise<void>, seconds: number): Promise<EngineRate> {
  await countFor(run, 0.5);
  const used = process.cpuUsage();
  const { runs, took } = await countFor(run, seconds);
  const { user, system } = process.cpuUsage(used);
  return { perSecond: runs / took, cpuUs: (user + system) / runs };
}

async function countFor(run: () => Promise<void>, seconds: number): Promise<{ runs: number; took: number }> {
  const start = performance.now();
  let runs = 0;
  let took = 0;
  for (; took < seconds; took = (performance.now() - start) / 1000) {
    await run();
    runs += 1;
  }
  return { runs, took };
}

async function costOfNode(type: PureNode, seconds: number): Promise<number> {
  const short = await rateOf(execution(rowDocument(type, SHORT)), seconds / 2);
  const long = await rateOf(execution(rowDocument(type, LONG)), seconds / 2);
  return (long.cpuUs - short.cpuUs) / (LONG - SHORT);
}

async function heapOfLongLoop(): Promise<EngineNumbers['heapMb']> {
  const { take, samples } = heapSampler(FLUSHES_PER_SAMPLE);
  const journal: Journal = { ...forgetfulJournal(), flush: async () => take() };
  const run = execution(loopDocument(LONG_LOOP_ROUNDS), { journal });
  const before = heapMb();
  await run();
  return { before, during: samples, after: heapMb() };
}

async function scriptRate(seconds: number): Promise<EngineRate> {
  const runner = createScriptRunner({ poolSize: 1 });
  const { signal } = new AbortController();
  const request = { content: 'return context.data.amount * 2', globals: { context: CONTEXT }, timeoutMs: 0, signal };
  try {
    return await rateOf(async () => {
      const ran = await runner.run(request);
      if (!ran.ok || ran.result !== 240) throw new Error(`the script gave ${JSON.stringify(ran)}`);
    }, seconds);
  } finally {
    await runner.close();
  }
}
