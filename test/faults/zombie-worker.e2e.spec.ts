import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import type { AppProcess } from '../../apps/local/src/app-process.js';
import { eventually } from '../support/eventually.js';
import { startWitness } from '../support/witness.js';
import type { Witness } from '../support/witness.js';
import { startBreakableHookmill } from './breakable-hookmill.js';
import type { BreakableHookmill } from './breakable-hookmill.js';
import { send } from './send.js';

const TIMES = {
  DISPATCH_STRANDED_AFTER: '1s',
  LEASE_TTL: '2s',
  QUEUE_LOCK: '2s',
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
};
/** Long enough to be claimed, and shown as started, before it ends. */
const SLOW = 'const end = Date.now() + 1500; while (Date.now() < end); return 1';
const trigger = { type: 'webhook', mode: 'async' };

describe('a worker that froze for longer than its lease, and goes on', () => {
  let installation: BreakableHookmill;
  let witness: Witness;

  beforeAll(async () => {
    installation = await startBreakableHookmill({ gateways: 1, workers: 1, env: TIMES });
  }, 90_000);
  afterAll(async () => {
    await installation?.stop();
  }, 60_000);
  beforeEach(async () => {
    witness = await startWitness();
  });
  afterEach(() => witness.close());

  async function accept(key: string, node: Record<string, Json>): Promise<string> {
    const later = { key: 'later', type: 'output', config: { value: 1 } };
    await installation.hookmill.apply({ key, enabled: true, trigger, nodes: [node, later] });
    const answer = await send(`${installation.hookmill.gatewayUrls[0]}/api/webhooks/${key}`, key, '{}', 30_000);
    if (answer.kind !== 'answer' || answer.executionId === null) throw new Error(JSON.stringify(answer));
    return answer.executionId;
  }

  const look = async (id: string) => (await installation.hookmill.api('GET', `/executions/${id}`)).body;
  const ending = (id: string) =>
    eventually(
      () => look(id),
      (found) => Boolean(found['endedAt']),
      30_000,
    );

  /** Freezes the worker until another one has ended the execution; everything it still wanted to write is then tried. */
  async function freezeUntilEnded(
    id: string,
  ): Promise<{ ended: Record<string, Json>; afterwards: Record<string, Json> }> {
    const [zombie] = installation.workers;
    zombie!.pause();
    const other: AppProcess = await installation.hookmill.start('worker');
    const ended = await ending(id);
    zombie!.resume();
    witness.release();
    await zombie!.terminate();
    const afterwards = await look(id);
    await zombie!.start();
    await other.stop(true);
    expect(installation.defects).toEqual([]);
    return { ended, afterwards };
  }

  it('does not change what another worker ended, nor act again', async () => {
    const id = await accept('acting', { key: 'call', type: 'request', config: { url: witness.url, timeout: 60_000 } });
    await eventually(
      () => witness.calls.length,
      (calls) => calls === 1,
    );
    const { ended, afterwards } = await freezeUntilEnded(id);
    expect(ended).toMatchObject({ status: 'retry_needed', reason: 'worker_lost' });
    expect(afterwards).toEqual(ended);
    expect(witness.calls).toHaveLength(1);
  }, 90_000);

  it('does not write a second result of what another worker ran again', async () => {
    const id = await accept('slow', { key: 'sum', type: 'script', config: { content: SLOW } });
    await eventually(
      () => look(id),
      (found) => found['status'] === 'started',
    );
    const { ended, afterwards } = await freezeUntilEnded(id);
    expect([ended['status'], (ended['nodeRuns'] as Json[]).length]).toEqual(['resolved', 2]);
    expect(afterwards).toEqual(ended);
  }, 90_000);
});
