import type { Json } from '#shared';
import type { DataReader, RecordAggregation, RecordQuery, SqlCall } from '../contract/ports.js';

/** A reader of collections without a database: it notes what it was asked and gives the answers in order, then the last one again. */
export interface FakeData extends DataReader {
  readonly asked: readonly (RecordQuery | RecordAggregation | SqlCall)[];
}

/** An answer that is an Error is thrown. */
export function fakeData(...answers: (Json | Error)[]): FakeData {
  const asked: (RecordQuery | RecordAggregation | SqlCall)[] = [];
  const answer = async (question: RecordQuery | RecordAggregation | SqlCall): Promise<never> => {
    const next = answers[Math.min(asked.length, answers.length - 1)] ?? null;
    asked.push(question);
    if (next instanceof Error) throw next;
    return next as never;
  };
  return { asked, query: answer, aggregate: answer, sql: answer };
}
