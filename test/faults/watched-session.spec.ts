import { describe, expect, it } from '@jest/globals';
import { BoundaryTrap } from './boundary-trap.js';
import { clientMessage, startupMessage } from './client-message.js';
import { WatchedSession } from './watched-session.js';

const ID = '0197c0de-0000-7000-8000-000000000001';
const CHILD = '0197c0de-0000-7000-8000-000000000002';

const named = (name: string, ...values: string[]) => [clientMessage('B', '', name, ...values)];
const unnamed = (text: string, ...values: string[]) => [
  clientMessage('P', '', text),
  clientMessage('B', '', '', ...values),
];
const simple = (text: string) => [clientMessage('Q', text)];

/** What a worker says on a connection, each statement answered; gives the boundaries. */
async function boundaries(trap: BoundaryTrap, statements: readonly Buffer[][], application = 'worker') {
  const session = new WatchedSession(
    () => trap,
    () => undefined,
  );
  await session.isKilledBefore(startupMessage(application));
  for (const messages of statements) {
    for (const message of messages) if (await session.isKilledBefore(message)) return trap.reached;
    if (session.isKilledAfter(Buffer.from('answer'))) return trap.reached;
  }
  return trap.reached;
}

function trapAt(point: string | null = null): BoundaryTrap {
  const trap = new BoundaryTrap(point);
  trap.known(ID);
  return trap;
}

const insert = 'insert into "data"."orders" (a) values ($1)';
const write = [simple('begin'), unnamed('select 1 from executions', ID), unnamed(insert, 'x'), simple('commit')];

describe('the boundaries of a connection', () => {
  it('lie before and after a statement of the execution, whatever day it is for', async () => {
    const statements = [named('journal-entries-p20260101', ID), named('find-held', 'somebody else')];
    expect(await boundaries(trapAt(), statements)).toEqual(['before journal-entries 1', 'after journal-entries 1']);
  });

  it('lie before every statement of its transaction and on both sides of the commit', async () => {
    expect(await boundaries(trapAt(), [...write, named('find-held', 'x')])).toEqual([
      ...['before select executions 1', 'before insert orders 1', 'before commit 1', 'after commit 1'],
    ]);
  });

  it('are not in what is rolled back, nor in a transaction of somebody else', async () => {
    const rolledBack = [...write.slice(0, 3), simple('rollback')];
    const others = [simple('begin'), unnamed(insert, 'x'), simple('commit')];
    expect(await boundaries(trapAt(), [...rolledBack, ...others])).toEqual([
      ...['before select executions 1', 'before insert orders 1'],
    ]);
  });

  it('end the session there: nothing that comes later is passed on', async () => {
    const trap = trapAt('before commit 1');
    await boundaries(trap, write);
    expect(trap.killed).toBe(true);
    expect(trap.reached.at(-1)).toBe('before commit 1');
  });

  it('name a child that the execution starts', async () => {
    const start = [simple('begin'), unnamed('insert into executions (id) values ($1)', CHILD, ID), simple('commit')];
    expect(await boundaries(trapAt(), [...start, named('claim-executions', CHILD)])).toEqual([
      ...['before insert executions 1', 'before commit 1', 'after commit 1'],
      ...['before child claim-executions 1', 'after child claim-executions 1'],
    ]);
  });

  it('of an sql node are those of an effect', async () => {
    const statement = [simple('begin'), unnamed(insert, ID), simple('commit'), simple('discard all')];
    expect(await boundaries(trapAt(), statement, 'worker-sql')).toEqual([
      ...['before sql insert orders 1', 'before sql commit 1', 'received sql 1'],
    ]);
  });

  it('show in an answer alone when the question does not name the execution', async () => {
    const trap = trapAt();
    const session = new WatchedSession(
      () => trap,
      () => undefined,
    );
    await session.isKilledBefore(startupMessage('worker'));
    for (const message of named('resume-due', '10')) await session.isKilledBefore(message);
    session.isKilledAfter(Buffer.from(`row ${ID}`));
    expect(trap.reached).toEqual(['after resume-due 1']);
  });
});
