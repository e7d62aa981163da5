import { describe, expect, it } from '@jest/globals';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import { LostClaim } from '../contract/ports.js';
import { fakePorts } from '../testing/fake-ports.js';
import { committedRuns, inMemoryJournal } from '../testing/in-memory-journal.js';
import { runNodes, runNodesToResult, step, value } from '../testing/run-nodes.js';

const resumeAt = new Date('2026-02-01T00:00:00.000Z');

function wait(resume: (waiting: NodeRunRecord) => Outcome | Promise<Outcome>, result = 'w'): CompiledNode {
  return step('wait', () => ({ kind: 'suspend', resumeAt, result }), {
    config: { token: '{{$env.TOKEN}}' },
    resume: (_context, waiting) => resume(waiting),
  });
}

const goOn = ({ result }: NodeRunRecord): Outcome => ({ kind: 'done', result: ['waited', result] });

/** What a run that suspended left. */
async function suspended(nodes: CompiledNode[], env: Record<string, string> = {}): Promise<NodeRunRecord[]> {
  const journal = inMemoryJournal();
  expect(await runNodesToResult(nodes, { ports: { journal }, env })).toEqual({ kind: 'suspended' });
  return committedRuns(journal.entries);
}

describe('runExecution: a node that waits', () => {
  it('commits itself and what came before, masked, and lets go', async () => {
    const journal = inMemoryJournal();
    const result = await runNodesToResult([value('a', 1), wait(goOn), value('b', 2)], {
      ports: { journal },
      env: { TOKEN: 'hunter22' },
    });
    expect(result).toEqual({ kind: 'suspended' });
    expect(journal.entries).toHaveLength(1);
    expect(journal.entries[0]).toMatchObject({
      runs: [
        { nodeKey: 'a', status: 'resolved' },
        { nodeKey: 'wait', status: 'pending', input: { token: '***' }, result: 'w', endedAt: null },
      ],
      resumeAt,
    });
  });

  it('is resumed with what it recorded, under the same record', async () => {
    const nodes = [value('a', 1), wait(goOn), value('b', 2)];
    const restored = await suspended(nodes);
    const journal = inMemoryJournal();
    const outcome = await runNodes(nodes, { restored, wokenAt: resumeAt, ports: { journal } });
    expect(outcome.nodeRuns).toMatchObject([
      { id: restored[1]?.id, startedAt: restored[1]?.startedAt, nodeKey: 'wait', result: ['waited', 'w'] },
      { nodeKey: 'b' },
    ]);
    expect(journal.entries).toEqual([]);
  });

  it('Trap 19: goes by the database where the clock of its worker is behind, and stays where nobody says that it is due', async () => {
    const nodes = [wait(goOn)];
    const restored = await suspended(nodes);
    const behind = { ...fakePorts(), now: () => new Date(resumeAt.getTime() - 3_600_000) };
    expect(await runNodesToResult(nodes, { restored, ports: behind })).toEqual({ kind: 'suspended' });
    expect(await runNodesToResult(nodes, { restored, ports: behind, wokenAt: resumeAt })).toMatchObject({
      kind: 'ended',
    });
  });

  it('gets its true result back where the shown one is masked', async () => {
    const env = { TOKEN: 'hunter22' };
    let seen: unknown;
    const nodes = [
      wait((waiting) => {
        seen = waiting.result;
        return { kind: 'done', result: null };
      }, 'my hunter22'),
    ];
    const restored = await suspended(nodes, env);
    expect(restored[0]?.result).toBe('my ***');
    const { nodeRuns } = await runNodes(nodes, { restored, wokenAt: resumeAt, env });
    expect(seen).toBe('my hunter22');
    expect(Object.hasOwn(nodeRuns[0] ?? {}, 'restore')).toBe(false);
  });

  it('may wait again', async () => {
    const nodes = [wait(() => ({ kind: 'suspend', resumeAt: null, result: 'again' }))];
    const restored = await suspended(nodes);
    const journal = inMemoryJournal();
    expect(await runNodesToResult(nodes, { restored, wokenAt: resumeAt, ports: { journal } })).toEqual({
      kind: 'suspended',
    });
    expect(journal.entries).toMatchObject([{ runs: [{ id: restored[0]?.id, result: 'again' }], resumeAt: null }]);
  });

  it('is undone when it cannot be gone on with: nobody shall answer its tasks any more', async () => {
    const nodes = [
      step('wait', () => ({ kind: 'suspend', resumeAt: null, result: 'w' }), {
        resume: () => {
          throw new Error('broken');
        },
        abandon: () => ({ kind: 'close_tasks' }),
      }),
    ];
    const restored = await suspended(nodes);
    const journal = inMemoryJournal();
    const outcome = await runNodes(nodes, { restored, wokenAt: resumeAt, ports: { journal } });
    expect(outcome).toMatchObject({ status: 'error', error: { message: 'broken' } });
    expect(journal.entries).toMatchObject([
      { write: { kind: 'close_tasks' }, runs: [{ id: restored[0]?.id, status: 'error' }] },
    ]);
  });

  it('does not hold up a stop while it is resumed', async () => {
    const stop = new AbortController();
    const nodes = [
      wait(() => {
        queueMicrotask(() => stop.abort({ status: 'canceled', reason: 'manual_cancel' }));
        return new Promise<Outcome>(() => undefined);
      }),
    ];
    const outcome = await runNodes(nodes, { restored: await suspended(nodes), wokenAt: resumeAt, signal: stop.signal });
    expect(outcome).toMatchObject({ status: 'canceled', nodeRuns: [{ status: 'canceled' }] });
  });

  it('does not wait when it was stopped while it decided to', async () => {
    const stop = new AbortController();
    const journal = inMemoryJournal();
    const late = step(
      'late',
      () => {
        stop.abort();
        return { kind: 'suspend', resumeAt, result: null };
      },
      { resume: () => ({ kind: 'done', result: null }) },
    );
    const outcome = await runNodes([late], { signal: stop.signal, ports: { journal } });
    expect(outcome).toMatchObject({ status: 'aborted', reason: 'timeout' });
    expect(journal.entries).toEqual([]);
  });

  it('throws a lost claim on', async () => {
    const journal = inMemoryJournal({ loseClaimAt: 0 });
    await expect(runNodesToResult([wait(goOn)], { ports: { journal } })).rejects.toThrow(LostClaim);
  });

  it('is an error when the wait could not be written', async () => {
    const journal = { ...inMemoryJournal(), suspend: () => Promise.reject(new Error('connection terminated')) };
    const outcome = await runNodes([value('a', 1), wait(goOn)], { ports: { journal } });
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'journal_failed' } });
    expect(outcome.nodeRuns.map(({ nodeKey, status }) => [nodeKey, status])).toEqual([
      ['a', 'resolved'],
      ['wait', 'error'],
    ]);
  });

  it('is an error when nothing says how it goes on, or what it shows is too large', async () => {
    const stuck = step('stuck', () => ({ kind: 'suspend', resumeAt, result: null }));
    expect(await runNodes([stuck])).toMatchObject({ status: 'error', error: { code: 'not_resumable' } });
    const outcome = await runNodes([wait(goOn, 'x'.repeat(100))], { limits: { nodeResultBytes: 50 } });
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'result_too_large' } });
  });
});

describe('runExecution: a worker that wants to stop', () => {
  it('is asked before each node and handed what no journal entry holds', async () => {
    let asked = 0;
    const result = await runNodesToResult([value('a', 1), value('b', 2), value('c', 3)], {
      shouldYield: () => (asked += 1) > 2,
    });
    expect(result).toMatchObject({ kind: 'yielded', nodeRuns: [{ nodeKey: 'a' }, { nodeKey: 'b' }] });
  });

  it('may stop before anything was done', async () => {
    expect(await runNodesToResult([value('a', 1)], { shouldYield: () => true })).toEqual({
      kind: 'yielded',
      nodeRuns: [],
    });
  });

  it('is not asked once the execution has ended', async () => {
    expect((await runNodesToResult([], { shouldYield: () => true })).kind).toBe('ended');
  });

  it('gives way to a stop from outside', async () => {
    const signal = AbortSignal.abort({ status: 'canceled', reason: 'manual_cancel' });
    expect(await runNodesToResult([value('a', 1)], { signal, shouldYield: () => true })).toMatchObject({
      kind: 'ended',
      status: 'canceled',
    });
  });
});
