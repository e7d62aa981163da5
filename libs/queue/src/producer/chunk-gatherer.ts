import type { ExecutionJob } from '../contract.js';
import { chunkParcel, singleParcel, type JobParcel } from './job-parcel.js';

/**
 * A late member comes within milliseconds of its neighbours if at all; at 10,000 executions a second in chunks of two
 * this is a fifth of a second. One later still is dropped by BullMQ as a double, and found by the dispatcher.
 */
const RECENT_CHUNKS = 1000;

interface Gathering {
  jobs: ExecutionJob[];
  size: number;
  sent: Promise<void>;
  /** Gives `sent` the fate of the parcel. */
  follow(parcel: Promise<void>): void;
}

/**
 * Makes one parcel of the members of a chunk that are handed over in one turn of the event loop. A chunk's parcel is
 * sent once: BullMQ silently drops a second job of the same id, so members that come later travel alone.
 */
export class ChunkGatherer {
  private readonly gatherings = new Map<string, Gathering>();
  private readonly recent = new Set<string>();
  private scheduled = false;

  constructor(private readonly send: (parcel: JobParcel) => Promise<void>) {}

  /** Members that travel together share the fate of their parcel. */
  add(job: ExecutionJob): Promise<void> {
    const chunk = job.urgent ? null : (job.chunk ?? null);
    if (chunk === null || chunk.size < 2 || this.recent.has(chunk.id)) return this.send(singleParcel(job));
    const gathering = this.gatherings.get(chunk.id) ?? this.open(chunk);
    gathering.jobs.push(job);
    if (gathering.jobs.length >= gathering.size) this.dispatch(chunk.id, gathering);
    return gathering.sent;
  }

  /** Sends what has come so far. */
  flush(): void {
    for (const [id, gathering] of this.gatherings) this.dispatch(id, gathering);
  }

  private open(chunk: { id: string; size: number }): Gathering {
    let follow!: (parcel: Promise<void>) => void;
    const sent = new Promise<void>((resolve) => (follow = resolve));
    const gathering = { jobs: [], size: chunk.size, sent, follow };
    this.gatherings.set(chunk.id, gathering);
    this.schedule();
    return gathering;
  }

  /** One turn for all chunks: what is accepted in one commit is answered, and handed over, in one turn. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private dispatch(id: string, { jobs, follow }: Gathering): void {
    this.gatherings.delete(id);
    if (jobs.length === 1) return follow(this.send(singleParcel(jobs[0]!)));
    this.remember(id);
    follow(this.send(chunkParcel(id, jobs)));
  }

  private remember(id: string): void {
    this.recent.add(id);
    if (this.recent.size <= RECENT_CHUNKS) return;
    const [oldest] = this.recent;
    this.recent.delete(oldest!);
  }
}
