import { describe, expect, it } from '@jest/globals';
import { describeSqlFault } from './describe-sql-fault.js';

const answered = (code: string) => Object.assign(new Error('it said so'), { severity: 'ERROR', code });

describe('describeSqlFault', () => {
  it.each([
    ['57014', 'sql_timeout'],
    ['42601', 'sql_syntax'],
    ['42501', 'sql_not_allowed'],
    ['40001', 'sql_conflict'],
    ['40P01', 'sql_conflict'],
    ['23505', 'sql_failed'],
    ['53400', 'sql_too_large'],
  ])('has a word for what Postgres answers: %s is %s', (state, code) => {
    expect(describeSqlFault(answered(state))).toMatchObject({
      name: 'EngineError',
      code,
      message: 'Postgres says: it said so.',
    });
  });

  it('does not blame the statement for a server that goes away', () => {
    const broken = new Error('Connection terminated unexpectedly');
    expect(describeSqlFault(broken)).toMatchObject({ name: 'StorageUnavailable' });
    expect(describeSqlFault(answered('57P01'))).toMatchObject({ name: 'StorageUnavailable' });
  });
});
