import { newId } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { ALL_DAYS } from '../partitions/day-tables.js';
import { LOAD_RUNNABLE } from './runnable-query.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Partitions of `table` that a cached plan really touched. */
async function touched(table: string, query: string, parameters: string): Promise<string[]> {
  await client.query(`prepare looked as ${query}`);
  const { rows } = await client.query(`explain (analyze, format text) execute looked (${parameters})`);
  await client.query('deallocate looked');
  const plan = (rows as { 'QUERY PLAN': string }[]).map((row) => row['QUERY PLAN']).join('\n');
  const scans = plan.split('\n').filter((line) => line.includes(' on ') && !line.includes('never executed'));
  const names = scans.flatMap((line) => line.match(new RegExp(`\\b${table}_(p\\d{8}|default)\\b`))?.[0] ?? []);
  return [...new Set(names)];
}

const today = () => new Date().toISOString().slice(0, 10).replaceAll('-', '');

describe('a look-up by id', () => {
  it('of one execution touches one partition', async () => {
    const query = 'select status from executions where id = $1::uuid';
    expect(await touched('executions', query, `'${newId()}'`)).toEqual([`executions_p${today()}`]);
  });

  it('of a batch of executions touches the partitions between the first and the last', async () => {
    const [first, last] = [newId(), newId()];
    const text = LOAD_RUNNABLE.text(ALL_DAYS).replaceAll('$2', '$2::uuid').replaceAll('$3', '$3::uuid');
    const parameters = `'{${first},${last}}', '${first}', '${last}'`;
    expect(await touched('executions', text, parameters)).toEqual([`executions_p${today()}`]);
  });
});
