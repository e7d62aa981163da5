import type { EnginePorts } from '#engine';
import { fakePorts } from '#engine/testing';
import type { ExecutionJob, JobProducer } from '#queue';
import { createLogger } from '#shared';
import type { Storage } from '#storage';
import { ExecuteWorkflow, type ExecuteWorkflowParts } from '../execution/execute-workflow.js';
import { RunningExecutions } from '../execution/running-executions.js';
import { VersionCache } from '../execution/steps/load-version.js';
import { WorkerLease } from '../execution/worker-lease.js';
import { createWaitReaders } from '../ports/wait-readers.js';

export interface TestWorker {
  workflow: ExecuteWorkflow;
  running: RunningExecutions;
  lease: WorkerLease;
  run(job: ExecutionJob): Promise<void>;
  /** Its lease is gone at once; what it runs ends without an outcome, as when its process was killed. */
  vanish(): Promise<void>;
}

/** Longer than any test: leases are lost only by being taken away. */
const LEASE_TTL = 60_000;

const SETTINGS = {
  JSON_LIMITS: { depth: 64, keys: 10_000 },
  MULTIPART_LIMITS: { parts: 50, field: 1024 ** 2, file: 0 },
  XML_LIMITS: { bytes: 1024 ** 2 },
  RESULT_LIMITS: { node: 1_000_000, reply: 1_000_000, state: 16_000_000 },
  SCRIPT_LIMITS: { wall: 10_000 },
} as unknown as ExecuteWorkflowParts['settings'];

/** A worker over real storage and without a queue: the test hands it its jobs. The world outside is the test's. */
export async function startTestWorker(
  storage: Storage,
  producer: Pick<JobProducer, 'enqueue'>,
  outside: Partial<EnginePorts>,
): Promise<TestWorker> {
  const fault = (error: unknown) => {
    throw error;
  };
  const lease = new WorkerLease(storage.leases, 'worker', LEASE_TTL, fault);
  await lease.start();
  const running = new RunningExecutions(storage.executions, fault);
  const workflow = new ExecuteWorkflow({
    executions: storage.executions,
    dispatch: storage.dispatch,
    versions: new VersionCache(storage.configuration),
    environment: { valuesFor: () => ({ values: {}, secretNames: new Set() }) },
    replies: { publish: async () => undefined },
    producer,
    lease,
    running,
    ports: {
      ...fakePorts(outside),
      ...createWaitReaders(storage),
      now: () => new Date(),
    },
    settings: SETTINGS,
    logger: createLogger('test', 'silent'),
  });
  return {
    workflow,
    running,
    lease,
    run: (job) => workflow.run(job, { redelivered: false, claimed: () => undefined }),
    vanish: async () => {
      running.stop();
      await lease.stop();
    },
  };
}
