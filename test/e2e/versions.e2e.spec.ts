import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { startHookmill, type Hookmill } from '../support/start-hookmill.js';

/** Contract, part 3: on every gateway. A process may be slow to be asked, so the last answer counts that began before. */
const WITHIN = 1_000;

const KEY = 'versioned';

function document(number: number, nodes: Json[] = []): Record<string, Json> {
  return {
    key: KEY,
    enabled: true,
    trigger: { type: 'webhook', response: { body: `answer ${number}` } },
    nodes: [...nodes, { key: 'which', type: 'output', config: { value: number } }],
  };
}

/** No process tells another one of a change: whatever hears of it in time looked for it. */
describe('versions, on two gateways', () => {
  let hookmill: Hookmill;

  beforeAll(async () => {
    hookmill = await startHookmill({ redis: false, gateways: 2, workers: 1 });
  }, 90_000);
  afterAll(() => hookmill?.stop(), 60_000);

  const post = (url: string) => fetch(`${url}/api/webhooks/${KEY}`, { method: 'POST' });
  const answers = () => Promise.all(hookmill.gatewayUrls.map(async (url) => (await post(url)).text()));
  const versionAnswering = async (id: string) => (await hookmill.api('GET', `/executions/${id}`)).body;
  const put = (number: number) => hookmill.api('PUT', `/workflows/${KEY}`, document(number));

  it('Trap 17: the newly enabled version answers on all gateways within a second', async () => {
    await hookmill.apply(document(1));
    await put(2);
    await new Promise((resolve) => setTimeout(resolve, WITHIN));
    expect(await answers()).toEqual(['answer 2', 'answer 2']);
    await hookmill.api('POST', `/workflows/${KEY}/versions/1/enable`);
    await new Promise((resolve) => setTimeout(resolve, WITHIN));
    expect(await answers()).toEqual(['answer 1', 'answer 1']);
  });

  it('Trap 17: of many enabled at the same time one is current, and every gateway answers with it', async () => {
    await Promise.all([11, 12, 13, 14].map(put));
    const enabled = [1, 2, 3, 4, 5, 6].map((number) =>
      hookmill.api('POST', `/workflows/${KEY}/versions/${number}/enable`),
    );
    await Promise.all(enabled);
    await new Promise((resolve) => setTimeout(resolve, WITHIN));
    const { body: workflow } = await hookmill.api('GET', `/workflows/${KEY}`);
    const { response } = (workflow as { trigger: { response: { body: string } } }).trigger;
    expect(await answers()).toEqual([response.body, response.body]);
  });

  it('Trap 17: a stored version never changes, and the same content again is no new one', async () => {
    const read = async () => (await hookmill.api('GET', `/workflows/${KEY}/versions/1`)).body;
    const before = await read();
    const count = async () =>
      ((await hookmill.api('GET', `/workflows/${KEY}/versions`)).body['items'] as Json[]).length;
    await put(21);
    const stored = await count();
    await put(21);
    expect(await count()).toBe(stored);
    expect(before).toMatchObject({ document: { trigger: { response: { body: 'answer 1' } } } });
    expect(await read()).toEqual(before);
  });

  it('Trap 17: an execution that runs while another version becomes current keeps its own', async () => {
    await hookmill.apply(document(31, [{ type: 'delay', config: { duration: 2 } }]));
    const accepted = await post(hookmill.gatewayUrls[0]!);
    const id = accepted.headers.get('x-execution-id')!;
    const { version } = (await versionAnswering(id)) as { version: number };
    await put(32);
    const ended = await eventually(
      () => versionAnswering(id),
      (found) => Boolean(found['endedAt']),
      20_000,
    );
    expect(ended).toMatchObject({ version, status: 'resolved', output: 31 });
  });
});
