import { describe, expect, it } from '@jest/globals';
import { EngineError, LostClaim, type DataReader } from '#engine';
import { StorageUnavailable } from '#storage';
import { createDataReader } from './data-reader.js';

const query = { collection: 'orders', filter: {}, sort: [], page: 1, pageSize: 20 };
const aggregation = { collection: 'orders', aggregator: 'count', field: null, filter: {}, distinct: false } as const;
const call = () => ({ sql: 'select 1', variables: {}, signal: new AbortController().signal });

function readerThatMeets(error: unknown): DataReader {
  const meet = () => Promise.reject(error);
  return createDataReader({ query: meet, aggregate: meet }, { sql: meet });
}

describe('the data reader', () => {
  it('hands questions and answers through', async () => {
    const asked: unknown[] = [];
    const answer = (given: unknown) => async (question: unknown) => {
      asked.push(question);
      return given as never;
    };
    const reader = createDataReader({ query: answer([{ id: 1 }]), aggregate: answer(3) }, { sql: answer([{ a: 1 }]) });
    const statement = call();
    expect(await reader.query(query)).toEqual([{ id: 1 }]);
    expect(await reader.aggregate(aggregation)).toBe(3);
    expect(await reader.sql(statement)).toEqual([{ a: 1 }]);
    expect(asked).toEqual([query, aggregation, statement]);
  });

  it('hands on what is wrong with the question', async () => {
    const error = new EngineError('unknown_field', 'There is no such field.');
    const reader = readerThatMeets(error);
    for (const asking of [reader.query(query), reader.aggregate(aggregation), reader.sql(call())]) {
      await expect(asking).rejects.toBe(error);
    }
  });

  it('lets go of the execution while the database is away', async () => {
    const reader = readerThatMeets(new StorageUnavailable('connect ECONNREFUSED'));
    await expect(reader.query(query)).rejects.toBeInstanceOf(LostClaim);
    await expect(reader.aggregate(aggregation)).rejects.toBeInstanceOf(LostClaim);
  });

  it('does not come back for ever with a question that takes too long', async () => {
    const cause = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    const reader = readerThatMeets(new StorageUnavailable(cause.message, { cause }));
    await expect(reader.query(query)).rejects.toMatchObject({ name: 'EngineError', code: 'query_timeout' });
  });

  it('does not claim to know what became of a statement whose connection broke', async () => {
    const reader = readerThatMeets(new StorageUnavailable('Connection terminated unexpectedly'));
    await expect(reader.sql(call())).rejects.toMatchObject({ name: 'EngineError', code: 'sql_interrupted' });
  });
});
