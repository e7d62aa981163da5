import { describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { Outcome } from '../contract/outcome.js';
import { inMemoryJournal } from '../testing/in-memory-journal.js';
import { runNodes, step, value } from '../testing/run-nodes.js';

describe('runExecution: what goes wrong', () => {
  it('turns an EngineError into the status error with its code', async () => {
    const bad = step('bad', () => {
      throw new EngineError('bad_expression', 'It does not parse.', { at: 3 });
    });
    const outcome = await runNodes([bad, value('after', 1)]);
    const error = { code: 'bad_expression', message: 'It does not parse.', detail: { at: 3 } };
    expect(outcome).toMatchObject({ status: 'error', error, nodeRuns: [{ status: 'error', error }] });
  });

  it('turns anything else that a node throws into node_error', async () => {
    const bad = step('bad', () => Promise.reject(new TypeError('x is not a function')));
    expect(await runNodes([bad])).toMatchObject({
      status: 'error',
      error: { code: 'node_error', message: 'x is not a function' },
    });
  });

  it('refuses an outcome it does not know', async () => {
    const odd = step('odd', () => ({ kind: 'sleep' }) as unknown as Outcome);
    expect(await runNodes([odd])).toMatchObject({ status: 'error', error: { code: 'unknown_outcome' } });
  });

  it('stops after the allowed number of node visits', async () => {
    const outcome = await runNodes([value('a', 1), value('b', 2), value('c', 3)], { limits: { maxSteps: 2 } });
    expect(outcome).toMatchObject({ status: 'error', reason: 'step_limit', error: { code: 'step_limit' } });
    expect(outcome.nodeRuns).toHaveLength(2);
  });

  it('allows exactly the number of visits that the limit says', async () => {
    expect((await runNodes([value('a', 1), value('b', 2)], { limits: { maxSteps: 2 } })).status).toBe('resolved');
  });

  it('refuses a result over the limit and keeps nothing of it', async () => {
    const outcome = await runNodes([value('big', 'x'.repeat(100))], { limits: { nodeResultBytes: 101 } });
    expect(outcome).toMatchObject({
      status: 'error',
      error: { code: 'result_too_large' },
      nodeRuns: [{ result: null }],
    });
    expect((await runNodes([value('fits', 'x'.repeat(100))], { limits: { nodeResultBytes: 102 } })).status).toBe(
      'resolved',
    );
  });

  it('refuses results that are too large together', async () => {
    const nodes = ['a', 'b', 'c'].map((key) => value(key, 'x'.repeat(40)));
    const outcome = await runNodes(nodes, { limits: { stateBytes: 100 } });
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'result_too_large' } });
    expect(outcome.nodeRuns.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'error']);
  });

  it('lets a failing node keep its reason when what it shows is too large', async () => {
    const error = { code: 'http_status', message: 'The receiver answered 500.' };
    const fail = step('fail', () => ({ kind: 'fail', status: 'failed', error, result: 'x'.repeat(100) }));
    const outcome = await runNodes([fail], { limits: { nodeResultBytes: 50 } });
    expect(outcome).toMatchObject({ status: 'failed', error, nodeRuns: [{ result: null }] });
  });

  it('is an error when a result has no JSON form', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(await runNodes([value('odd', circular as Json)])).toMatchObject({
      status: 'error',
      error: { code: 'result_not_json' },
    });
  });

  it('records a very large input as its size', async () => {
    const { nodeRuns, status } = await runNodes([value('a', 1, { all: '{{$context.data}}' })], {
      context: { data: 'x'.repeat(200) },
      limits: { nodeResultBytes: 100 },
    });
    expect(status).toBe('resolved');
    expect(nodeRuns[0]?.input).toEqual({ truncated: true, bytes: 210 });
  });

  it('cuts a long log', async () => {
    const chatty = step('chatty', () => ({ kind: 'done', result: null, log: 'é'.repeat(100) }));
    const { nodeRuns } = await runNodes([chatty], { limits: { nodeResultBytes: 51 } });
    expect(nodeRuns[0]?.log).toBe('é'.repeat(25));
  });
});

describe('runExecution: secrets', () => {
  const env = { TOKEN: 'hunter22' };

  it('masks secrets in what is recorded and not in what the next node sees', async () => {
    const give = step('give', ({ config }) => ({ kind: 'done', result: config['t'] ?? null, log: 'used hunter22' }), {
      config: { t: 'Bearer {{$env.TOKEN}}' },
    });
    let seen: Json | undefined;
    const take = step(
      'take',
      ({ config }) => {
        seen = config['v'];
        return { kind: 'output', value: config['v'] ?? null };
      },
      { config: { v: '{{$jobsMapByNodeKey.give}}' } },
    );
    const outcome = await runNodes([give, take], { env });
    expect(seen).toBe('Bearer hunter22');
    expect(outcome.nodeRuns[0]).toMatchObject({ input: { t: 'Bearer ***' }, result: 'Bearer ***', log: 'used ***' });
    const shown = outcome.nodeRuns.map((run) => ({ ...run, restore: undefined }));
    expect(JSON.stringify({ ...outcome, nodeRuns: shown })).not.toContain('hunter22');
  });

  it('masks secrets in errors', async () => {
    const fail = step('fail', () => {
      throw new EngineError('bad', 'cannot use hunter22', { given: 'hunter22' });
    });
    const outcome = await runNodes([fail], { env });
    const error = { code: 'bad', message: 'cannot use ***', detail: { given: '***' } };
    expect(outcome).toMatchObject({ error, nodeRuns: [{ error }] });
  });

  it('masks secrets in the intent of an effect', async () => {
    const journal = inMemoryJournal();
    const call = step('call', () => ({ kind: 'done', result: null }), {
      effect: 'effect',
      config: { t: '{{$env.TOKEN}}' },
    });
    await runNodes([call], { env, ports: { journal } });
    expect(journal.entries[0]?.runs.at(-1)?.input).toEqual({ t: '***' });
  });
});
