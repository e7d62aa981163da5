import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Database } from '../connection/database.js';
import type { HistoryFilter } from '../contract.js';
import { createTestDatabase, openTestStorage, saveSampleWorkflow, type TestDatabase } from '../testing/index.js';
import { PgHistoryStore } from './pg-history-store.js';

const ROWS = 200_000;
const HOUR_MS = 3_600_000;

let database: TestDatabase;
let client: pg.Client;
const noon = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 12 * HOUR_MS;

/** Of yesterday, today and tomorrow; one in a thousand was refused, one in a hundred filtered, but for one in five of the refused, workflow `busy`. */
beforeAll(async () => {
  database = await createTestDatabase();
  const storage = await openTestStorage(database.url);
  const { workflowId: busy } = await saveSampleWorkflow(storage, { key: 'busy' });
  const { workflowId: quiet } = await saveSampleWorkflow(storage, { key: 'quiet' });
  await storage.close();
  client = new pg.Client({ connectionString: database.url, options: '-c enable_seqscan=off -c jit=off' });
  await client.connect();
  await client.query(
    `insert into requests (id, received_at, workflow_id, verdict, gate, reason, method, ip, url)
      select (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now(),
        case when n % 5000 = 0 then ${quiet} else ${busy} end,
        case when n % 1000 = 0 then 'refused' when n % 100 = 1 then 'filtered' else 'accepted' end,
        case when n % 1000 = 0 then 12 end, case when n % 1000 = 0 then 'invalid_signature' end, 'POST', '192.0.2.1', '/'
      from generate_series(1, ${ROWS}) n,
        lateral (select lpad(to_hex(${noon - 24 * HOUR_MS} + n * ${48 * HOUR_MS}::bigint / ${ROWS}), 12, '0') as hex) h`,
  );
  await client.query('analyze requests');
}, 60_000);

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** The statement that the store sends, explained as it runs, over parameters as the store sends them. */
async function planOf(filter: Partial<HistoryFilter>): Promise<{ rows: number; scans: Plan[] }> {
  let plan: Plan | undefined;
  const explaining = {
    query: async (statement: { text: string }, values: readonly unknown[]) => {
      const text = `explain (analyze, costs off, timing off, format json) ${statement.text}`;
      const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(text, [...values]);
      plan = rows[0]!['QUERY PLAN'][0]!.Plan;
      return [];
    },
  } as unknown as Database;
  await new PgHistoryStore(explaining, null as never).listRequests({ limit: 50, cursor: null, ...filter });
  const all: Plan[] = [];
  const visit = (node: Plan): void => {
    all.push(node);
    node.Plans?.forEach(visit);
  };
  visit(plan!);
  const scans = all.filter((node) => node['Relation Name']?.startsWith('requests') && node['Actual Loops'] > 0);
  return { rows: plan!['Actual Rows'], scans };
}

const day = (offset: number) =>
  `p${new Date(noon + offset * 24 * HOUR_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
const lookedAt = (scans: readonly Plan[]) =>
  scans.reduce((sum, scan) => sum + scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0), 0);

describe('a search over an index, among many accepted requests', () => {
  const lastDay = { from: new Date(noon), to: new Date(noon + 24 * HOUR_MS) };

  it.each<[string, Partial<HistoryFilter>]>([
    ['refused in a day', { verdict: 'refused', ...lastDay }],
    ['of a gate', { gate: 12, ...lastDay }],
    ['for a reason', { reason: 'invalid_signature', ...lastDay }],
    ['of a workflow', { workflow: 'busy', verdict: 'refused', ...lastDay }],
  ])('finds those %s without walking the accepted, in the days of the range only', async (_what, filter) => {
    const { rows, scans } = await planOf(filter);
    expect(rows).toBe(51);
    expect(lookedAt(scans)).toBeLessThanOrEqual(ROWS / 1000);
    for (const scan of scans) {
      expect(scan['Index Name']).toMatch(/_verdict_id_idx$/);
      expect([`requests_${day(0)}`, `requests_${day(1)}`]).toContain(scan['Relation Name']);
    }
  });

  it('finds none of a gate that refused nobody after the refused ones', async () => {
    const { rows, scans } = await planOf({ gate: 9, ...lastDay });
    expect(rows).toBe(0);
    expect(lookedAt(scans)).toBeLessThanOrEqual(ROWS / 1000);
  });

  it('walks the newest ones where everything is asked for', async () => {
    const { rows, scans } = await planOf({});
    expect(rows).toBe(51);
    // One ahead from every partition that is merged.
    expect(lookedAt(scans)).toBeLessThanOrEqual(51 + 10);
    for (const scan of scans) expect(scan['Index Name']).toMatch(/_pkey$/);
  });

  it('costs the accepted ones nothing', async () => {
    const { rows } = await client.query<{ bytes: string; partial: boolean }>(
      `select pg_relation_size(indexrelid) as bytes, indpred is not null as partial from pg_index
        where indrelid = $1::regclass and pg_get_indexdef(indexrelid) like '%(verdict, id)%'`,
      [`requests_${day(0)}`],
    );
    expect(rows).toEqual([{ bytes: expect.any(String), partial: true }]);
    // About 1,100 of 100,000 rows: with all of them it would be 4 MB.
    expect(Number(rows[0]!.bytes)).toBeLessThan(200_000);
  });
});
