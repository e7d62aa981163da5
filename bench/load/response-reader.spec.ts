import { describe, expect, it } from '@jest/globals';
import { createResponseReader } from './response-reader.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok';

/** The statuses read from these chunks, all of which go through the one buffer that a socket reuses. */
function statusesOf(chunks: readonly string[]): number[] {
  const statuses: number[] = [];
  const reader = createResponseReader((status) => statuses.push(status));
  const reused = Buffer.alloc(4096);
  for (const chunk of chunks) reader.read(reused.subarray(0, reused.write(chunk, 'latin1')));
  return statuses;
}

describe('the response reader', () => {
  it('reads an answer that comes whole', () => {
    expect(statusesOf([OK])).toEqual([200]);
  });

  it('reads an answer cut at any byte', () => {
    for (let cut = 1; cut < OK.length; cut++) expect(statusesOf([OK.slice(0, cut), OK.slice(cut)])).toEqual([200]);
  });

  it('reads an answer that comes byte by byte', () => {
    expect(statusesOf([...OK])).toEqual([200]);
  });

  it('reads answers that come in one chunk, with the beginning of the next', () => {
    const failed = OK.replace('200', '503');
    expect(statusesOf([OK + failed + OK.slice(0, 30), OK.slice(30)])).toEqual([200, 503, 200]);
  });

  it('waits for the whole body', () => {
    expect(statusesOf([OK.slice(0, -1)])).toEqual([]);
  });

  it('reads answers without a body', () => {
    expect(
      statusesOf(['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n']),
    ).toEqual([204, 202]);
  });

  it('passes over an interim answer', () => {
    expect(statusesOf(['HTTP/1.1 100 Continue\r\n\r\n' + OK])).toEqual([200]);
  });

  it('refuses bytes that are no answer', () => {
    expect(() => statusesOf(['SSH-2.0-OpenSSH\r\n\r\n'])).toThrow('Not an HTTP/1.1 answer');
  });

  it('refuses an answer whose end it cannot know', () => {
    expect(() => statusesOf(['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'])).toThrow('no content length');
  });
});
