import { describe, expect, it } from '@jest/globals';
import { describeStatement } from './describe-statement.js';

describe('the name of a statement without one', () => {
  it.each([
    ['insert into "data"."orders" as t ("a") values ($1) returning t.*', 'insert orders'],
    [
      'with written as (update "data"."orders" t set a = 1 returning 1)\n select count(*) from written',
      'update orders',
    ],
    [
      'with m as (select t.* from data.orders t for update), w as (delete from data.orders t) select 1',
      'delete orders',
    ],
    ['select e.mode from executions e\n where e.id = $1 for no key update of e', 'select executions'],
    ['insert into node_runs (a) values ($1) on conflict (a) do update set a = 1', 'insert node_runs'],
    ['commit', 'commit'],
  ])('%s is %s', (text, name) => {
    expect(describeStatement(text)).toBe(name);
  });
});
