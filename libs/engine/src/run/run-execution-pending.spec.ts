import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import { LostClaim } from '../contract/ports.js';
import { fakeHttp } from '../testing/fake-http.js';
import { committedRuns, inMemoryJournal } from '../testing/in-memory-journal.js';
import { runDocument } from '../testing/run-document.js';
import { runNodes, step, value } from '../testing/run-nodes.js';

/** An effect that counts its calls and, when it is told to, takes its worker down. */
function effect(calls: string[], more: Parameters<typeof step>[2] = {}): CompiledNode {
  return step(
    'call',
    ({ node }) => {
      calls.push(`visit ${node.key}`);
      return { kind: 'done', result: calls.length };
    },
    { effect: 'effect', ...more },
  );
}

/** Runs until the claim is lost before the second journal entry: `call` happened and nobody wrote down how it went. */
async function crashAfterCall(nodes: CompiledNode[], env: Record<string, string> = {}) {
  const journal = inMemoryJournal({ loseClaimAt: 1 });
  const next = step('next', () => ({ kind: 'done', result: null }), { effect: 'effect' });
  await expect(runNodes([...nodes, next], { ports: { journal }, env })).rejects.toThrow(LostClaim);
  return committedRuns(journal.entries);
}

describe('runExecution: an effect that an earlier attempt left open', () => {
  it('ends the execution as retry_needed when it must not be repeated', async () => {
    const calls: string[] = [];
    const nodes = [value('before', 1), effect(calls)];
    const restored = await crashAfterCall(nodes);
    const outcome = await runNodes([...nodes, value('after', 2)], { restored, mode: 'sync' });
    expect(calls).toEqual(['visit call']);
    expect(outcome).toMatchObject({
      status: 'retry_needed',
      reason: 'worker_lost',
      error: { code: 'worker_lost' },
      reply: { status: 500 },
    });
    expect(outcome.nodeRuns).toMatchObject([
      { id: restored[1]?.id, nodeKey: 'call', status: 'retry_needed', error: { code: 'worker_lost' } },
    ]);
    expect(outcome.nodeRuns[0]?.endedAt).not.toBeNull();
  });

  it('is done again under the same record when it may be repeated', async () => {
    const calls: string[] = [];
    const nodes = [effect(calls, { isRepeatable: () => true })];
    const restored = await crashAfterCall(nodes);
    const journal = inMemoryJournal();
    const outcome = await runNodes(nodes, { restored, ports: { journal } });
    expect(calls).toEqual(['visit call', 'visit call']);
    expect(journal.entries.map(({ runs }) => [runs[0]?.id, runs[0]?.status])).toEqual([[restored[0]?.id, 'pending']]);
    expect(outcome.nodeRuns).toMatchObject([{ id: restored[0]?.id, status: 'resolved', result: 2 }]);
  });

  it('asks the node with its rendered settings whether it may be repeated', async () => {
    for (const [repeatable, status] of [
      ['yes', 'resolved'],
      ['no', 'retry_needed'],
    ]) {
      const nodes = [
        effect([], { config: { again: '{{$context.again}}' }, isRepeatable: (config) => config['again'] === 'yes' }),
      ];
      const restored = await crashAfterCall(nodes);
      expect((await runNodes(nodes, { restored, context: { again: repeatable ?? '' } })).status).toBe(status);
    }
  });

  it('is not repeated when its settings cannot be read any more', async () => {
    const calls: string[] = [];
    const isRepeatable = (): boolean => {
      throw new Error('no');
    };
    const nodes = [effect(calls, { isRepeatable })];
    const restored = await crashAfterCall(nodes);
    expect((await runNodes(nodes, { restored })).status).toBe('retry_needed');
    expect(calls).toHaveLength(1);
  });

  it('is not an effect when the node is pure: it is done again', async () => {
    const [open] = await crashAfterCall([effect([])]);
    const outcome = await runNodes([value('call', 'again')], { restored: open === undefined ? [] : [open] });
    expect(outcome.nodeRuns).toMatchObject([{ id: open?.id, status: 'resolved', result: 'again' }]);
  });
});

describe('runExecution: a repeated request', () => {
  const document = (config: object): object => ({
    trigger: { type: 'webhook', mode: 'async' },
    nodes: [
      { key: 'call', type: 'request', config: { url: 'https://example.com/x', ...config } },
      { key: 'next', type: 'request', config: { url: 'https://example.com/next' } },
    ],
  });

  it.each([[{ repeatable: true }], [{ method: 'GET' }]])('carries the same Idempotency-Key: %j', async (config) => {
    const journal = inMemoryJournal({ loseClaimAt: 1 });
    const http = fakeHttp();
    await expect(runDocument(document(config), {}, { ports: { journal, http } })).rejects.toThrow(LostClaim);
    const restored = committedRuns(journal.entries);
    expect((await runDocument(document(config), {}, { ports: { http }, restored })).status).toBe('resolved');
    const keys = http.sent.filter(({ url }) => url.endsWith('/x')).map(({ headers }) => headers['idempotency-key']);
    const key = createHash('sha256')
      .update(JSON.stringify(['0197c0de-0000-7000-8000-000000000001', 'call', 1]))
      .digest('hex')
      .slice(0, 40);
    expect(keys).toEqual([key, key]);
  });

  it('is not sent again as a plain POST', async () => {
    const journal = inMemoryJournal({ loseClaimAt: 1 });
    const http = fakeHttp();
    await expect(runDocument(document({}), {}, { ports: { journal, http } })).rejects.toThrow(LostClaim);
    const restored = committedRuns(journal.entries);
    const outcome = await runDocument(document({}), {}, { ports: { http }, restored });
    expect(outcome).toMatchObject({ status: 'retry_needed', reason: 'worker_lost' });
    expect(http.sent).toHaveLength(1);
  });
});
