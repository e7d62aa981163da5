import { describe, expect, it } from '@jest/globals';
import { LostClaim } from '#engine';
import { createLogger } from '#shared';
import { handBack } from './hand-back.js';

const logger = createLogger('test', 'silent');

describe('handBack', () => {
  it('enqueues the execution of a waiting sender at the head of the line', async () => {
    const enqueued: unknown[] = [];
    const producer = { enqueue: async (job: unknown) => void enqueued.push(job) };
    await handBack({ id: 'e', mode: 'sync' }, [], { handBack: async () => 3 }, producer, logger);
    expect(enqueued).toEqual([{ executionId: 'e', attempt: 3, dedupId: null, urgent: true }]);
  });

  it('does not mind a queue that is away: the dispatcher finds the execution waiting', async () => {
    const away = async () => {
      throw new Error('away');
    };
    const handedBack = handBack({ id: 'e', mode: 'async' }, [], { handBack: async () => 3 }, { enqueue: away }, logger);
    await expect(handedBack).resolves.toBeUndefined();
  });

  it('enqueues nothing that is not its own any more', async () => {
    const enqueued: unknown[] = [];
    const producer = { enqueue: async (job: unknown) => void enqueued.push(job) };
    const lost = async () => {
      throw new LostClaim();
    };
    await expect(handBack({ id: 'e', mode: 'async' }, [], { handBack: lost }, producer, logger)).rejects.toThrow(
      LostClaim,
    );
    expect(enqueued).toEqual([]);
  });
});
