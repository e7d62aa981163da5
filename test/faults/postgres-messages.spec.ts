import { describe, expect, it } from '@jest/globals';
import { clientMessage, startupMessage } from './client-message.js';
import { boundStatement, parsedStatement, PostgresMessages, queryText, startupParameter } from './postgres-messages.js';

const startup = startupMessage('worker-sql');

describe('the messages of a Postgres connection', () => {
  it('are cut out of a stream wherever its chunks end', () => {
    const sent = [startup, clientMessage('P', 'find-held', 'select 1'), clientMessage('Q', 'begin')];
    const stream = Buffer.concat(sent);
    const messages = new PostgresMessages(true);
    const found = [...stream].flatMap((byte) => messages.push(Buffer.from([byte])));
    expect(found).toEqual(sent);
  });

  it('name the statement they prepare, run or are', () => {
    expect(parsedStatement(clientMessage('P', 'find-held', 'select 1'))).toEqual({
      name: 'find-held',
      text: 'select 1',
    });
    expect(parsedStatement(clientMessage('P', '', 'select 2'))).toEqual({ name: '', text: 'select 2' });
    expect(boundStatement(clientMessage('B', '', 'find-held', 'x'))).toBe('find-held');
    expect(boundStatement(clientMessage('B', '', '', 'x'))).toBe('');
    expect(queryText(clientMessage('Q', 'commit'))).toBe('commit');
  });

  it('tell what the client is called', () => {
    expect(startupParameter(startup, 'application_name')).toBe('worker-sql');
    expect(startupParameter(startup, 'options')).toBe('');
  });
});
