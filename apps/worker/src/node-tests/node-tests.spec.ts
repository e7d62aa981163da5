import { beforeEach, describe, expect, it } from '@jest/globals';
import { fakeHttp, fakePorts } from '#engine/testing';
import { createLogger, type JsonObject } from '#shared';
import type { NodeTestOutcome, TakenNodeTest } from '#storage';
import { NodeTests, type NodeTestsParts } from './node-tests.js';
import { withNodeTests } from './with-node-tests.js';

const ID = '0197c0de-0000-7000-8000-000000000009';
const SETTINGS = {
  RESULT_LIMITS: { node: 1_000, reply: 1_000, state: 16_000 },
  SCRIPT_LIMITS: { wall: 10_000 },
} as unknown as NodeTestsParts['settings'];

let http: ReturnType<typeof fakeHttp>;
let outcomes: NodeTestOutcome[];
let published: string[][];
let waiting: TakenNodeTest | null;

beforeEach(() => {
  http = fakeHttp({ status: 201, statusText: 'Created', body: { token: 'hunter2-hunter2' } });
  outcomes = [];
  published = [];
  waiting = null;
});

function tests(): NodeTests {
  return new NodeTests({
    store: {
      take: async () => {
        const taken = waiting;
        waiting = null;
        return taken;
      },
      finish: async (_id, outcome) => void outcomes.push(outcome),
    },
    environment: { valuesFor: () => ({ values: { TOKEN: 'hunter2-hunter2' }, secretNames: new Set(['TOKEN']) }) },
    replies: { publish: async (instance, id) => void published.push([instance, id]) },
    ports: fakePorts({ http }),
    settings: SETTINGS,
    logger: createLogger('test', 'silent'),
  });
}

async function outcomeOf(
  type: string,
  config: JsonObject,
  more: Partial<TakenNodeTest> = {},
): Promise<NodeTestOutcome> {
  const given = { context: {}, results: {}, replyTo: 'admin-1', expiresInMs: 5_000 };
  waiting = { id: ID, type, config, ...given, ...more };
  await tests().run(ID);
  return outcomes[0]!;
}

describe('the test of a node', () => {
  it('has its effect, with the context, results and secrets it names, and shows no secret', async () => {
    const config = {
      url: 'https://example.com/{{$jobsMapByNodeKey.first.id}}',
      data: { a: '{{$context.data.a}}' },
      headers: [{ name: 'authorization', value: '{{$env.TOKEN}}' }],
      onlyData: true,
    };
    const outcome = await outcomeOf('request', config, { context: { data: { a: 1 } }, results: { first: { id: 7 } } });
    expect(http.sent).toMatchObject([
      { url: 'https://example.com/7', body: '{"a":1}', headers: { authorization: 'hunter2-hunter2' } },
    ]);
    expect(outcome).toMatchObject({ status: 'resolved', error: null, log: null });
    expect(JSON.stringify(outcome.result)).not.toContain('hunter2');
    expect(published).toEqual([['admin-1', ID]]);
  });

  it('shows what the script printed and how it failed', async () => {
    const content = "console.log('here'); throw new Error('no');";
    expect(await outcomeOf('script', { content })).toEqual({
      status: 'error',
      result: null,
      error: { code: 'script_error', message: 'no' },
      log: 'here',
    });
  });

  it('shows the decision of a condition', async () => {
    const config = { engine: 'math.js', expression: '{{$context.data.n}} > 1' };
    expect(await outcomeOf('condition', config, { context: { data: { n: 2 } } })).toMatchObject({
      status: 'resolved',
      result: true,
    });
  });

  it('is stopped when nobody waits any more', async () => {
    http = { sent: [], send: () => new Promise(() => {}) } as unknown as typeof http;
    const outcome = await outcomeOf('request', { url: 'https://example.com/' }, { expiresInMs: 20 });
    expect(outcome.status).toBe('aborted');
  });

  it('ends with the limits of an execution', async () => {
    const outcome = await outcomeOf('script', { content: "return 'x'.repeat(2000)" });
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'result_too_large' } });
  });

  it('is not begun a second time', async () => {
    await outcomeOf('request', { url: 'https://example.com/' });
    await tests().run(ID);
    expect([http.sent.length, outcomes.length, published.length]).toEqual([1, 1, 1]);
  });

  it('cannot wait, and cannot be of a config that this release refuses', async () => {
    const delay = await outcomeOf('delay', { duration: 1, unit: 'minute' });
    expect(delay).toMatchObject({ status: 'error', error: { code: 'not_testable' } });
    outcomes.length = 0;
    expect(await outcomeOf('script', {})).toMatchObject({ status: 'error', error: { code: 'invalid_config' } });
  });
});

describe('a job', () => {
  it('is a test only when it says so', async () => {
    const ran: string[] = [];
    const workflow = { run: async () => void ran.push('execution'), yieldAll: () => void ran.push('yield') };
    const runner = withNodeTests(workflow, { run: async (id) => void ran.push(`test ${id}`) });
    const handover = { redelivered: false, claimed: () => undefined };
    await runner.run({ executionId: 'a', attempt: 0 }, handover);
    await runner.run({ executionId: 'b', attempt: 0, nodeTest: true }, handover);
    runner.yieldAll();
    expect(ran).toEqual(['execution', 'test b', 'yield']);
  });
});
