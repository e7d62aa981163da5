import { chunkJobId, jobIdOf, type ExecutionJob, type JobMember } from '../contract.js';

/** One BullMQ job to be: an execution of its own, or a chunk. */
export interface JobParcel {
  id: string;
  members: JobMember[];
  /** Goes before all that are not urgent. */
  urgent: boolean;
  /** Milliseconds before a worker may take it; 0 is at once. */
  delayMs: number;
}

/** The parcel of one execution alone. */
export function singleParcel(job: ExecutionJob, delayMs = 0): JobParcel {
  return { id: jobIdOf(job), members: [memberOf(job)], urgent: job.urgent, delayMs };
}

/** The parcel of a chunk's members. */
export function chunkParcel(chunkId: string, jobs: readonly ExecutionJob[]): JobParcel {
  return { id: chunkJobId(chunkId), members: jobs.map(memberOf), urgent: false, delayMs: 0 };
}

function memberOf({ executionId, attempt, traceparent, nodeTest }: ExecutionJob): JobMember {
  return {
    executionId,
    attempt,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(nodeTest === undefined ? {} : { nodeTest }),
  };
}
