import { describe, expect, it } from '@jest/globals';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { Outcome } from '../contract/outcome.js';
import { LostClaim } from '../contract/ports.js';
import { inMemoryJournal } from '../testing/in-memory-journal.js';
import { runNodes, step, value } from '../testing/run-nodes.js';

describe('runExecution: effects', () => {
  const effect = (key: string, happened: string[] = []): CompiledNode =>
    step(
      key,
      () => {
        happened.push(key);
        return { kind: 'done', result: key };
      },
      { effect: 'effect' },
    );

  it('journals the intent with what was completed since the last entry, each record once', async () => {
    const journal = inMemoryJournal();
    const outcome = await runNodes([value('a', 1), effect('first'), value('b', 2), effect('second'), value('c', 3)], {
      ports: { journal },
    });
    const keys = journal.entries.map(({ runs }) => [
      runs.at(-1)?.nodeKey,
      runs.slice(0, -1).map(({ nodeKey }) => nodeKey),
    ]);
    expect(keys).toEqual([
      ['first', ['a']],
      ['second', ['first', 'b']],
    ]);
    expect(outcome.nodeRuns.map(({ nodeKey }) => nodeKey)).toEqual(['second', 'c']);
    expect(journal.entries[0]?.runs.at(-1)).toMatchObject({ status: 'pending', result: null, endedAt: null });
  });

  it('completes a journaled intent under the same id', async () => {
    const journal = inMemoryJournal();
    const outcome = await runNodes([effect('only')], { ports: { journal } });
    expect(outcome.nodeRuns).toHaveLength(1);
    expect(outcome.nodeRuns[0]).toMatchObject({
      id: journal.entries[0]?.runs.at(-1)?.id,
      status: 'resolved',
      result: 'only',
    });
  });

  it('throws a lost claim on, before the effect', async () => {
    const happened: string[] = [];
    const journal = inMemoryJournal({ loseClaimAt: 1 });
    await expect(runNodes([effect('a', happened), effect('b', happened)], { ports: { journal } })).rejects.toThrow(
      LostClaim,
    );
    expect(happened).toEqual(['a']);
  });

  it('does not begin an effect whose intent could not be written', async () => {
    const happened: string[] = [];
    const journal = {
      ...inMemoryJournal(),
      beforeEffect: () => Promise.reject(new Error('connection terminated at 10.0.0.3')),
    };
    const outcome = await runNodes([effect('a', happened)], { ports: { journal } });
    expect(happened).toEqual([]);
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'journal_failed' } });
  });

  it('does not begin an effect when it was stopped while the intent was written', async () => {
    const happened: string[] = [];
    const stop = new AbortController();
    const journal = {
      ...inMemoryJournal(),
      beforeEffect: async () => stop.abort({ status: 'canceled', reason: 'manual_cancel' }),
    };
    const outcome = await runNodes([effect('a', happened)], { ports: { journal }, signal: stop.signal });
    expect(happened).toEqual([]);
    expect(outcome).toMatchObject({ status: 'canceled', reason: 'manual_cancel', nodeRuns: [{ status: 'canceled' }] });
  });
});

describe('runExecution: stopped from outside', () => {
  it('runs nothing when it was stopped before', async () => {
    const signal = AbortSignal.abort({ status: 'canceled', reason: 'manual_cancel' });
    const outcome = await runNodes([value('a', 1)], { signal });
    expect(outcome).toMatchObject({ status: 'canceled', reason: 'manual_cancel', nodeRuns: [] });
  });

  it('stops between nodes', async () => {
    const stop = new AbortController();
    const last = step('last', () => {
      stop.abort();
      return { kind: 'done', result: 1 };
    });
    const outcome = await runNodes([last, value('after', 2)], { signal: stop.signal });
    expect(outcome).toMatchObject({ status: 'aborted', reason: 'timeout' });
    expect(outcome.nodeRuns.map(({ nodeKey, status }) => [nodeKey, status])).toEqual([['last', 'resolved']]);
  });

  it('does not wait for a node that hangs', async () => {
    const stop = new AbortController();
    const hang = step('hang', () => {
      queueMicrotask(() => stop.abort());
      return new Promise<Outcome>(() => undefined);
    });
    const outcome = await runNodes([hang], { signal: stop.signal, mode: 'sync' });
    expect(outcome).toMatchObject({ status: 'aborted', reason: 'timeout', nodeRuns: [{ status: 'aborted' }] });
    expect(outcome.reply?.status).toBe(500);
  });

  it('throws a lost claim that the signal carries', async () => {
    await expect(runNodes([value('a', 1)], { signal: AbortSignal.abort(new LostClaim()) })).rejects.toThrow(LostClaim);
  });
});
