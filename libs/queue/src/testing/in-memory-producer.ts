import type { ExecutionJob, JobProducer } from '../contract.js';
import { ChunkGatherer } from '../producer/chunk-gatherer.js';
import { singleParcel, type JobParcel } from '../producer/job-parcel.js';

/** A job as a worker takes it. */
export interface InMemoryJob extends Pick<JobParcel, 'id' | 'members' | 'delayMs'> {
  /** Of the first member, which is the only one unless the job is a chunk's. */
  executionId: string;
  attempt: number;
}

export interface InMemoryProducer extends JobProducer {
  /** Job ids in the order a worker would take them. */
  readonly waiting: string[];
  /** Job ids handed over with `enqueueLater`, which nothing wakes but `wakeDelayed`. */
  readonly delayed: string[];
  /** While true every command rejects, as if the queue were down. */
  away: boolean;
  /** The next job, active until `settle`; undefined when none waits. */
  take(): InMemoryJob | undefined;
  /** Removes an active job, as when it completed. */
  settle(jobId: string): void;
  /** Puts delayed jobs behind the waiting ones, as when their time has come. */
  wakeDelayed(): void;
  /** Forgets everything, as a flushed Redis does. */
  lose(): void;
}

/** A job producer without a queue server; the test is its worker. */
export function inMemoryProducer(): InMemoryProducer {
  return new InMemoryJobProducer();
}

class InMemoryJobProducer implements InMemoryProducer {
  readonly waiting: string[] = [];
  readonly delayed: string[] = [];
  away = false;
  private readonly parcels = new Map<string, JobParcel>();
  private readonly gatherer = new ChunkGatherer((parcel) => this.send(parcel));

  async enqueue(job: ExecutionJob): Promise<void> {
    await this.gatherer.add(job);
  }

  async enqueueLater(job: ExecutionJob, delayMs: number): Promise<void> {
    await this.send(singleParcel(job, delayMs));
  }

  async findMissing(jobIds: readonly string[]): Promise<string[]> {
    this.refuseWhenAway();
    return jobIds.filter((id) => !this.parcels.has(id));
  }

  async ping(): Promise<void> {
    this.refuseWhenAway();
  }

  async close(): Promise<void> {
    this.gatherer.flush();
  }

  take(): InMemoryJob | undefined {
    const parcel = this.parcels.get(this.waiting.shift() ?? '');
    if (!parcel) return undefined;
    const { executionId, attempt } = parcel.members[0]!;
    return { id: parcel.id, members: parcel.members, delayMs: parcel.delayMs, executionId, attempt };
  }

  settle(jobId: string): void {
    this.parcels.delete(jobId);
  }

  wakeDelayed(): void {
    this.waiting.push(...this.delayed.splice(0));
  }

  lose(): void {
    this.parcels.clear();
    this.waiting.length = 0;
    this.delayed.length = 0;
  }

  private async send(parcel: JobParcel): Promise<void> {
    this.refuseWhenAway();
    if (this.parcels.has(parcel.id)) return;
    this.parcels.set(parcel.id, parcel);
    if (parcel.delayMs > 0) this.delayed.push(parcel.id);
    else if (parcel.urgent) this.waiting.splice(this.urgentCount(), 0, parcel.id);
    else this.waiting.push(parcel.id);
  }

  /** Urgent ones wait before all others. */
  private urgentCount(): number {
    const first = this.waiting.findIndex((id) => this.parcels.get(id)?.urgent !== true);
    return first === -1 ? this.waiting.length : first;
  }

  private refuseWhenAway(): void {
    if (this.away) throw new Error('The queue is away.');
  }
}
