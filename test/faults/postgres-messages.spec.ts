import { describe, expect, it } from '@jest/globals';
import { boundStatement, parsedStatement, PostgresMessages, queryText, startupParameter } from './postgres-messages.js';

function message(type: string, ...strings: string[]): Buffer {
  const body = Buffer.from(strings.map((text) => `${text}\0`).join(''));
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), size, body]);
}

const startup = message('', '\0\u0003\0', 'user', 'ann', 'application_name', 'worker-sql', '');

describe('the messages of a Postgres connection', () => {
  it('are cut out of a stream wherever its chunks end', () => {
    const sent = [startup, message('P', 'find-held', 'select 1'), message('Q', 'begin')];
    const stream = Buffer.concat(sent);
    const messages = new PostgresMessages(true);
    const found = [...stream].flatMap((byte) => messages.push(Buffer.from([byte])));
    expect(found).toEqual(sent);
  });

  it('name the statement they prepare, run or are', () => {
    expect(parsedStatement(message('P', 'find-held', 'select 1'))).toEqual({ name: 'find-held', text: 'select 1' });
    expect(parsedStatement(message('P', '', 'select 2'))).toEqual({ name: '', text: 'select 2' });
    expect(boundStatement(message('B', '', 'find-held', 'x'))).toBe('find-held');
    expect(boundStatement(message('B', '', '', 'x'))).toBe('');
    expect(queryText(message('Q', 'commit'))).toBe('commit');
  });

  it('tell what the client is called', () => {
    expect(startupParameter(startup, 'application_name')).toBe('worker-sql');
    expect(startupParameter(startup, 'options')).toBe('');
  });
});
