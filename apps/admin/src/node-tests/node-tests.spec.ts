import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeTestOutcome } from '#storage';
import { startTestAdmin, type Answer, type TestAdmin } from '../testing/start-test-admin.js';

const resolved: NodeTestOutcome = { status: 'resolved', result: 3, error: null, log: null };
const script = { config: { content: 'return 3' } };

describe('the test of a node', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin({ manualWaitMs: 300 });
  });
  afterEach(() => test.close());

  const post = (type: string, body: unknown): Promise<Answer> =>
    test.call('POST', `/api/v1/nodes/${type}/test`, { as: 'editor', body });

  /** The worker of these specs. */
  async function work(outcome: NodeTestOutcome, publish: boolean): Promise<void> {
    while (test.producer.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const job = test.producer.take();
    expect(job?.members).toMatchObject([{ attempt: 0, nodeTest: true }]);
    const id = job?.executionId ?? '';
    expect(await test.storage.nodeTests.take(id)).toMatchObject({ type: 'script', config: script.config });
    await test.storage.nodeTests.finish(id, outcome);
    if (publish) await test.replies.publish(test.replies.instance, id);
  }

  it.each([
    ['woken by the worker', true],
    ['without any message', false],
  ])('is answered with how the node ended, %s', async (_how, publish) => {
    const [answer] = await Promise.all([post('script', script), work(resolved, publish)]);
    expect([answer.status, answer.json]).toEqual([200, { status: 'resolved', result: 3 }]);
    expect(test.storage.nodeTestRows.size).toBe(0);
  });

  it('is answered with log and error where there are some', async () => {
    const error = { code: 'script_error', message: 'no' };
    const outcome = { status: 'error' as const, result: null, error, log: 'here' };
    const [answer] = await Promise.all([post('script', script), work(outcome, true)]);
    expect([answer.status, answer.json]).toEqual([200, { status: 'error', result: null, log: 'here', error }]);
  });

  it('says when no worker took it, and when the one that did has not answered', async () => {
    const idle = await post('script', script);
    expect([idle.status, idle.json.code, idle.json.detail]).toEqual([
      504,
      'no_answer',
      expect.stringContaining('took'),
    ]);
    test.producer.take();
    const pending = post('script', script);
    while (test.producer.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await test.storage.nodeTests.take(test.producer.take()?.executionId ?? '');
    expect((await pending).json.detail).toContain('may have acted');
    expect(test.storage.nodeTestRows.size).toBe(0);
  });

  it('runs nothing when the queue is away', async () => {
    test.producer.away = true;
    const answer = await post('script', script);
    expect([answer.status, answer.json.code]).toEqual([503, 'queue_away']);
    expect(test.storage.nodeTestRows.size).toBe(0);
  });

  it('is refused for a type that is unknown or cannot be tested by itself', async () => {
    expect((await post('nonsense', script)).status).toBe(404);
    const delay = await post('delay', { config: { duration: 1, unit: 'minute' } });
    expect([delay.status, delay.json.code]).toEqual([400, 'not_testable']);
    expect(test.producer.waiting).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [{}, ['/config']],
    [[], ['/config']],
    [{ config: 1, results: [] }, ['/config', '/results']],
    [{ ...script, 'a/b': 1 }, ['/a~1b']],
    [{ config: { content: 1, nonsense: 2 } }, ['/config/content', '/config/nonsense']],
    [{ config: { content: 'x', arguments: [{ name: 'await' }] } }, ['/config/arguments/0/name']],
    [{ ...script, results: { '': 1 } }, ['/results/']],
  ])('is refused for %j with the places of its faults', async (body, pointers) => {
    const answer = await post('script', body);
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect(answer.json.faults.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect(test.producer.waiting).toEqual([]);
  });
});
