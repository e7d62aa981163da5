import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';

/** What a server says first, or to `greeting`. */
function firstAnswer(url: string, greeting: Uint8Array): Promise<Buffer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(greeting));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer);
    });
  });
}

describe('the test services', () => {
  it('include a Redis that answers', async () => {
    const answer = await firstAnswer(process.env['TEST_REDIS_URL']!, Buffer.from('PING\r\n'));
    expect(answer.toString()).toBe('+PONG\r\n');
  });

  it('include a Postgres that answers', async () => {
    // SSLRequest of the frontend/backend protocol, 55.7: S or N.
    const answer = await firstAnswer(process.env['TEST_DATABASE_URL']!, Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect('SN').toContain(answer.toString());
  });
});
