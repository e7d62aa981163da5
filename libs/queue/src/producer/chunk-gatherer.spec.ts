import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ExecutionJob } from '../contract.js';
import { ChunkGatherer } from './chunk-gatherer.js';
import type { JobParcel } from './job-parcel.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function member(executionId: string, chunk: ExecutionJob['chunk'], more: Partial<ExecutionJob> = {}): ExecutionJob {
  return { executionId, attempt: 0, dedupId: null, urgent: false, chunk, ...more };
}

function gatherer() {
  const parcels: JobParcel[] = [];
  const gathering = new ChunkGatherer(async (parcel) => void parcels.push(parcel));
  const sent = () => parcels.map(({ id, members }) => [id, ...members.map((each) => each.executionId)]);
  return { gathering, parcels, sent };
}

describe('gathering the members of a chunk', () => {
  it('makes one parcel of those that come in one turn', async () => {
    const { gathering, sent } = gatherer();
    const chunk = { id: 'c', size: 5 };
    await Promise.all(['a', 'b', 'd'].map((id) => gathering.add(member(id, chunk))));
    expect(sent()).toEqual([['c-chunk', 'a', 'b', 'd']]);
  });

  it('sends a complete chunk without waiting for the turn to end', () => {
    const { gathering, sent } = gatherer();
    const chunk = { id: 'c', size: 2 };
    void gathering.add(member('a', chunk));
    void gathering.add(member('b', chunk));
    expect(sent()).toEqual([['c-chunk', 'a', 'b']]);
  });

  it('lets a late member travel alone', async () => {
    const { gathering, sent } = gatherer();
    const chunk = { id: 'c', size: 3 };
    await Promise.all([gathering.add(member('a', chunk)), gathering.add(member('b', chunk))]);
    await gathering.add(member('late', chunk, { dedupId: 'ff', attempt: 1 }));
    expect(sent()).toEqual([
      ['c-chunk', 'a', 'b'],
      ['ff-1', 'late'],
    ]);
  });

  it('lets the only member that came travel alone, and those that come later still together', async () => {
    const { gathering, sent } = gatherer();
    const chunk = { id: 'c', size: 3 };
    await gathering.add(member('a', chunk));
    await Promise.all([gathering.add(member('b', chunk)), gathering.add(member('d', chunk))]);
    expect(sent()).toEqual([
      ['a-0', 'a'],
      ['c-chunk', 'b', 'd'],
    ]);
  });

  it('sends a chunk of one, an urgent member and one without a chunk at once and alone', () => {
    const { gathering, sent } = gatherer();
    void gathering.add(member('a', { id: 'c', size: 1 }));
    void gathering.add(member('b', { id: 'c', size: 9 }, { urgent: true }));
    void gathering.add(member('d', null));
    expect(sent()).toEqual([
      ['a-0', 'a'],
      ['b-0', 'b'],
      ['d-0', 'd'],
    ]);
  });

  it('gives each member the fate of its parcel', async () => {
    const gathering = new ChunkGatherer(() => Promise.reject(new Error('away')));
    const chunk = { id: 'c', size: 9 };
    const results = await Promise.allSettled([gathering.add(member('a', chunk)), gathering.add(member('b', chunk))]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  });

  it('sends at once what is waiting when it is flushed', () => {
    const { gathering, sent } = gatherer();
    const chunk = { id: 'c', size: 9 };
    void gathering.add(member('a', chunk));
    void gathering.add(member('b', chunk));
    gathering.flush();
    expect(sent()).toEqual([['c-chunk', 'a', 'b']]);
  });

  it('sends every member once and no parcel twice, however they come', async () => {
    const arrivals = fc.array(
      fc.record({ chunk: fc.nat(3), size: fc.integer({ min: 1, max: 4 }), pause: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async (plan) => {
        const { gathering, parcels } = gatherer();
        const all: Promise<void>[] = [];
        for (const [index, { chunk, size, pause }] of plan.entries()) {
          all.push(gathering.add(member(`e${index}`, { id: `c${chunk}`, size })));
          if (pause) await turn();
        }
        await Promise.all(all);
        const carried = parcels.flatMap((parcel) => parcel.members.map((each) => each.executionId));
        expect([...carried].sort()).toEqual(plan.map((_, index) => `e${index}`).sort());
        expect(new Set(parcels.map((parcel) => parcel.id)).size).toBe(parcels.length);
      }),
    );
  });
});
