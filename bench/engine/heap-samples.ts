import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Full garbage collection, whatever flags this process was started with. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

const collect = collector();

/** Heap in MB after a full collection. */
export function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** Keeps one of every `step` calls: the heap at that moment. */
export function heapSampler(step: number): { take(): void; samples: number[] } {
  const samples: number[] = [];
  let calls = 0;
  return {
    samples,
    take() {
      calls += 1;
      if (calls % step === 0) samples.push(heapMb());
    },
  };
}
