import type { Database } from '../connection/database.js';
import { storableText } from '../connection/storable-text.js';
import type { LeaseStore } from '../contract.js';

const OPEN = {
  name: 'open-lease',
  text: `insert into leases (owner, expires_at) values ($1, now() + $2 * interval '1 millisecond') returning id`,
};

const RENEW = {
  name: 'renew-lease',
  text: `update leases set renewed_at = now(), expires_at = now() + $2 * interval '1 millisecond' where id = $1 returning id`,
};

const RELEASE = { name: 'release-lease', text: `delete from leases where id = $1` };

/**
 * One row per worker process, all times the database's. A lease that ran out but was not taken away yet can still be
 * renewed: an outage of the database must not cost every worker its executions.
 */
export class PgLeaseStore implements LeaseStore {
  constructor(private readonly database: Database) {}

  async open(owner: string, ttlMs: number): Promise<number> {
    const [row] = await this.database.query<{ id: number }>(OPEN, [storableText(owner), ttlMs]);
    return row!.id;
  }

  async renew(leaseId: number, ttlMs: number): Promise<boolean> {
    return (await this.database.query(RENEW, [leaseId, ttlMs])).length === 1;
  }

  async release(leaseId: number): Promise<void> {
    await this.database.query(RELEASE, [leaseId]);
  }
}
