import { idFloor, newId } from '#shared';
import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../connection/database.js';
import { PartitionedQuery } from './partitioned-query.js';

const statement = { name: 'look', text: ({ executions }: { executions: string }) => `select 1 from ${executions}` };

/** A database that lacks the tables named, and remembers the statements it was sent. */
function databaseWithout(...missing: string[]) {
  const sent: Statement[] = [];
  const query = async <R extends object>(asked: Statement): Promise<R[]> => {
    sent.push(asked);
    const lacking = missing.find((table) => asked.text.includes(table));
    if (lacking !== undefined) throw Object.assign(new Error(`no ${lacking}`), { code: '42P01' });
    return [];
  };
  return { sent, query };
}

const today = `p${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;

describe('a statement over partitions', () => {
  it("goes to today's partitions when all ids are of today", async () => {
    const database = databaseWithout();
    await new PartitionedQuery(database).query(statement, [newId(), newId()], []);
    expect(database.sent).toEqual([{ name: `look-${today}`, text: `select 1 from executions_${today}` }]);
  });

  it.each([
    ['of two days', [newId(), idFloor(new Date(Date.now() - 86_400_000))]],
    ['long ago', [idFloor(new Date('2020-01-01'))]],
    ['of no time at all', ['0b8f9a4e-3e1c-4f0a-8d1b-6f2f3c4d5e6f']],
  ])('goes to all of them when the ids are %s', async (_case, ids) => {
    const database = databaseWithout();
    await new PartitionedQuery(database).query(statement, ids, []);
    expect(database.sent).toEqual([{ name: 'look', text: 'select 1 from executions' }]);
  });

  it('goes to all of them while the day has no partition, and does not ask for it at every turn', async () => {
    const database = databaseWithout(`executions_${today}`);
    const queries = new PartitionedQuery(database);
    await queries.query(statement, [newId()], []);
    await queries.query(statement, [newId()], []);
    expect(database.sent.map(({ name }) => name)).toEqual([`look-${today}`, 'look', 'look']);
  });

  it('passes every other error on', async () => {
    const failing = { query: () => Promise.reject(Object.assign(new Error('x'), { code: '40001' })) };
    await expect(new PartitionedQuery(failing).query(statement, [newId()], [])).rejects.toThrow('x');
  });
});
