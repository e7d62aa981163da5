import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import type { ConnectionOptions } from 'bullmq';
import type { Throughput } from './throughput.js';

export interface PassOrder {
  /** `add`: jobs for so long; `work`: until all that was added is done. */
  way: 'add' | 'work';
  redisUrl: string;
  seconds: number;
}

const NAME = 'bench-limit';
const JOBS_PER_CALL = 100;
const CALLS_UNDER_WAY = 2;
/** As the worker's default. */
const CONCURRENCY = 50;

/** BullMQ without anything around it: jobs with ids only are added in bulk, or handed to a worker that does nothing. */
export async function passJobs({ way, redisUrl, seconds }: PassOrder): Promise<Throughput> {
  const { hostname, port } = new URL(redisUrl);
  const connection: ConnectionOptions = { host: hostname, port: Number(port) };
  const queue = new Queue(NAME, { connection });
  await queue.waitUntilReady();
  try {
    return way === 'add' ? await addJobs(queue, seconds) : await workJobs(queue, connection);
  } finally {
    await queue.close();
  }
}

async function addJobs(queue: Queue, seconds: number): Promise<Throughput> {
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  let done = 0;
  const add = async () => {
    while (performance.now() < endsAt) {
      await queue.addBulk(Array.from({ length: JOBS_PER_CALL }, newJob));
      done += JOBS_PER_CALL;
    }
  };
  await Promise.all(Array.from({ length: CALLS_UNDER_WAY }, add));
  return { done, seconds: (performance.now() - startedAt) / 1000 };
}

function newJob() {
  const executionId = randomUUID();
  return {
    name: 'execution',
    data: { members: [{ executionId, attempt: 0 }] },
    opts: { jobId: `${executionId}-0`, removeOnComplete: true, removeOnFail: true, attempts: 10 },
  };
}

async function workJobs(queue: Queue, connection: ConnectionOptions): Promise<Throughput> {
  const waiting = await queue.getWaitingCount();
  if (waiting === 0) return { done: 0, seconds: 0 };
  let done = 0;
  const startedAt = performance.now();
  let worker: Worker | null = null;
  await new Promise<void>((resolve, reject) => {
    worker = new Worker(NAME, async () => undefined, { connection, concurrency: CONCURRENCY });
    worker.on('error', reject);
    worker.on('completed', () => {
      if (++done === waiting) resolve();
    });
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await (worker as Worker | null)?.close();
  return { done, seconds };
}
