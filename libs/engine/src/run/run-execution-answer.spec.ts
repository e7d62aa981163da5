import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { interruptedReply } from './default-reply.js';
import { runNodes, step, value } from '../testing/run-nodes.js';

describe('runExecution: the answer', () => {
  const reply = { status: 201, headers: { 'x-a': 'b' }, body: 'made' };
  const answer = step('answer', () => ({ kind: 'reply', reply, result: { status: 201 } }));
  const fail = step('fail', () => ({
    kind: 'fail',
    status: 'failed',
    error: { code: 'inner', message: 'inner workings' },
  }));
  const response = { status: 202, body: { thanks: '{{$jobsMapByNodeKey.a}}' } };

  it('is that of the first response that runs, which ends the execution', async () => {
    const second = step('second', () => ({ kind: 'reply', reply: { ...reply, status: 400 }, result: null }));
    const outcome = await runNodes([answer, second, fail], { mode: 'sync' });
    expect(outcome).toMatchObject({ status: 'resolved', reply });
    expect(outcome.nodeRuns).toHaveLength(1);
  });

  it('is null in async mode', async () => {
    expect((await runNodes([value('a', 1)], { response })).reply).toBeNull();
  });

  it('is ok when it resolved and nobody answered', async () => {
    expect((await runNodes([value('a', 1)], { mode: 'sync' })).reply).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'ok',
    });
  });

  it('is a 500 without inner workings when it did not resolve', async () => {
    const outcome = await runNodes([fail], { mode: 'sync' });
    expect(outcome.reply).toMatchObject({ status: 500, headers: { 'content-type': 'application/problem+json' } });
    const body = JSON.parse(outcome.reply?.body ?? '') as JsonObject;
    expect(body).toMatchObject({ status: 500, code: 'execution_failed', executionId: 'execution-1' });
    expect(outcome.reply?.body).not.toContain('inner');
  });

  it('is what the trigger says when nobody answered', async () => {
    const outcome = await runNodes([value('a', 'Ann')], { mode: 'sync', response });
    expect(outcome.reply).toMatchObject({ status: 202, body: '{"thanks":"Ann"}' });
  });

  it('is a 500 when the execution was cancelled, whatever the trigger says', async () => {
    const signal = AbortSignal.abort({ status: 'canceled', reason: 'manual_cancel' });
    const { reply: given } = await runNodes([answer], { mode: 'sync', response, signal });
    expect(given?.status).toBe(500);
    expect(given).toEqual(interruptedReply('execution-1'));
  });

  it('becomes a 500 when it is too large, and the node run says why', async () => {
    const outcome = await runNodes([answer], { mode: 'sync', limits: { replyBytes: 3 } });
    expect(outcome).toMatchObject({ status: 'resolved', reply: { status: 500 } });
    expect(outcome.reply?.body).toContain('reply_too_large');
    expect(outcome.nodeRuns[0]).toMatchObject({ status: 'resolved', error: { code: 'reply_too_large' } });
  });

  it('keeps the reason of an illegal reply in the node run', async () => {
    const error = { code: 'illegal_reply', message: 'the status is no status' };
    const odd = step('odd', () => ({ kind: 'reply', reply: { ...reply, status: 500 }, result: null, error }));
    expect(await runNodes([odd], { mode: 'sync' })).toMatchObject({
      status: 'resolved',
      error: null,
      reply: { status: 500 },
      nodeRuns: [{ status: 'resolved', error }],
    });
  });

  it('keeps secrets that the workflow means to send', async () => {
    const tell = step(
      'tell',
      ({ config }) => ({ kind: 'reply', reply: { ...reply, body: String(config['b']) }, result: null }),
      {
        config: { b: '{{$env.TOKEN}}' },
      },
    );
    expect((await runNodes([tell], { mode: 'sync', env: { TOKEN: 'hunter22' } })).reply?.body).toBe('hunter22');
  });
});
