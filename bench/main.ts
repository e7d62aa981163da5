import { untilStopped } from '../apps/local/src/until-stopped.js';
import { parseBenchOptions } from './bench-options.js';
import { runBenchmark } from './run-benchmark.js';

process.exit(
  await untilStopped(async (shutdown) => await runBenchmark(parseBenchOptions(process.argv.slice(2)), shutdown)),
);
