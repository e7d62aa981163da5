import type { Database } from '../connection/database.js';
import { storableText } from '../connection/storable-text.js';
import type { CountedRefusal } from '../contract.js';

const FLUSH_AFTER_MS = 1000;
const MINUTE_MS = 60_000;

/** Distinct counters kept while the database is away; gates and reasons are few, workflows may be many. */
const MAX_COUNTERS = 10_000;

interface Count {
  minute: string;
  workflow_id: number;
  gate: number;
  reason: string;
  count: number;
}

// Sorted, so that two gateways that count the same refusals cannot deadlock.
const ADD = {
  name: 'count-refusals',
  text: `insert into refusal_counts as c (minute, workflow_id, gate, reason, count)
    select minute, workflow_id, gate, reason, count
    from json_to_recordset($1::json) as x (minute timestamptz, workflow_id int, gate smallint, reason text, count bigint)
    order by minute, workflow_id, gate, reason
    on conflict (minute, workflow_id, gate, reason) do update set count = c.count + excluded.count`,
};

/** Counts what is not written in full, and adds the counts to the database about once a second. */
export class RefusalCounter {
  private counts = new Map<string, Count>();
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(private readonly database: Database) {}

  count(entry: CountedRefusal): void {
    const at = Number.isNaN(entry.receivedAt.getTime()) ? Date.now() : entry.receivedAt.getTime();
    this.add({
      minute: new Date(at - (at % MINUTE_MS)).toISOString(),
      workflow_id: entry.workflowId ?? 0,
      gate: entry.gate,
      reason: storableText(entry.reason),
      count: 1,
    });
    if (this.timer === null && !this.closed) {
      this.timer = setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
      this.timer.unref();
    }
  }

  /** Never rejects: what the database did not take stays for the next time. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const counts = [...this.counts.values()];
    if (counts.length === 0) return;
    this.counts = new Map();
    try {
      await this.database.query(ADD, [JSON.stringify(counts)]);
    } catch {
      // An unknown outcome may count twice; a lost minute of an attack would be worse than a count that is too high.
      for (const count of counts) this.add(count);
    }
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private add(count: Count): void {
    const key = `${count.minute} ${count.workflow_id} ${count.gate} ${count.reason}`;
    const known = this.counts.get(key);
    if (known) known.count += count.count;
    else if (this.counts.size < MAX_COUNTERS) this.counts.set(key, { ...count });
  }
}
