import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

const run = promisify(execFile);

describe.each([
  { queue: 'Postgres', redis: false },
  { queue: 'Redis', redis: true },
])('the first webhook, with the queue on $queue', ({ redis }) => {
  let hookmill: Hookmill;

  beforeAll(async () => {
    hookmill = await startHookmill({ redis });
    await hookmill.apply(parse(readFileSync('examples/hello.yaml', 'utf8')) as Record<string, Json>);
  }, 90_000);
  afterAll(() => hookmill?.stop(), 60_000);

  const post = (path = '/api/webhooks/hello') =>
    fetch(`${hookmill.gatewayUrls[0]}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"event":"test","data":{"message":"Hello"}}',
    });

  it('is answered at once and keeps the message of the request', async () => {
    const answer = await post();
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('ok');
    const id = answer.headers.get('x-execution-id')!;
    const { body } = await eventually(
      () => hookmill.api('GET', `/executions/${id}`),
      (found) => Boolean(found.body['endedAt']),
    );
    expect(body).toMatchObject({
      id,
      workflowKey: 'hello',
      version: 1,
      status: 'resolved',
      requestId: answer.headers.get('x-request-id'),
      output: { event: 'test', message: 'Hello' },
    });
    expect((body['nodeRuns'] as Record<string, Json>[]).map((nodeRun) => nodeRun['nodeKey'])).toEqual([
      'message',
      'report',
    ]);
  });

  it('is reached under the older form of the URL too', async () => {
    const answer = await post('/api/webhook:trigger/hello');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-execution-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is listed by the command line', async () => {
    const id = (await post()).headers.get('x-execution-id')!;
    const args = ['bin/hookmill.mjs', 'executions', '--api', hookmill.adminUrl, '--key', hookmill.adminKey];
    const { stdout } = await run(process.execPath, args);
    expect(stdout).toContain(id);
    expect(stdout).toContain('hello');
  });
});
