import { jobIdOf, type ExecutionJob, type JobProducer } from '../contract.js';

export interface InMemoryProducer extends JobProducer {
  /** Job ids in the order a worker would take them. */
  readonly waiting: string[];
  /** While true every command rejects, as if the queue were down. */
  away: boolean;
  /** The next job, active until `settle`; undefined when none waits. */
  take(): ExecutionJob | undefined;
  /** Removes an active job, as when it completed. */
  settle(jobId: string): void;
  /** Forgets everything, as a flushed Redis does. */
  lose(): void;
}

/** A job producer without a queue server; the test is its worker. */
export function inMemoryProducer(): InMemoryProducer {
  const jobs = new Map<string, ExecutionJob>();
  const refuseWhenAway = (): void => {
    if (producer.away) throw new Error('The queue is away.');
  };
  const producer: InMemoryProducer = {
    waiting: [],
    away: false,
    async enqueue(job) {
      refuseWhenAway();
      const id = jobIdOf(job);
      if (jobs.has(id)) return;
      jobs.set(id, job);
      if (job.urgent) producer.waiting.unshift(id);
      else producer.waiting.push(id);
    },
    async findMissing(jobIds) {
      refuseWhenAway();
      return jobIds.filter((id) => !jobs.has(id));
    },
    async ping() {
      refuseWhenAway();
    },
    async close() {},
    take: () => jobs.get(producer.waiting.shift() ?? ''),
    settle: (jobId) => void jobs.delete(jobId),
    lose() {
      jobs.clear();
      producer.waiting.length = 0;
    },
  };
  return producer;
}
