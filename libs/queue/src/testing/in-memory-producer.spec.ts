import { describe, expect, it } from '@jest/globals';
import { inMemoryProducer } from './in-memory-producer.js';

const job = (executionId: string, urgent = false) => ({ executionId, attempt: 0, dedupId: null, urgent });

describe('the in-memory producer', () => {
  it('keeps one job per id', async () => {
    const producer = inMemoryProducer();
    await producer.enqueue(job('a'));
    await producer.enqueue(job('a'));
    expect(producer.waiting).toEqual(['a-0']);
  });

  it('lets urgent jobs overtake', async () => {
    const producer = inMemoryProducer();
    await producer.enqueue(job('a'));
    await producer.enqueue(job('b', true));
    expect(producer.take()).toMatchObject({ executionId: 'b' });
  });

  it('makes one job of the members of a chunk', async () => {
    const producer = inMemoryProducer();
    const chunk = { id: 'c', size: 9 };
    await Promise.all(['a', 'b'].map((id) => producer.enqueue({ ...job(id), chunk })));
    expect(producer.waiting).toEqual(['c-chunk']);
    expect(producer.take()?.members.map((member) => member.executionId)).toEqual(['a', 'b']);
    expect(await producer.findMissing(['c-chunk', 'a-0'])).toEqual(['a-0']);
  });

  it('keeps a job for later aside until its time comes', async () => {
    const producer = inMemoryProducer();
    await producer.enqueueLater(job('a'), 500);
    expect(producer.take()).toBeUndefined();
    expect(await producer.findMissing(['a-0'])).toEqual([]);
    producer.wakeDelayed();
    expect(producer.take()).toMatchObject({ executionId: 'a', delayMs: 500 });
  });

  it('knows waiting and active jobs, and misses settled ones', async () => {
    const producer = inMemoryProducer();
    await producer.enqueue(job('a'));
    await producer.enqueue(job('b'));
    producer.take();
    expect(await producer.findMissing(['a-0', 'b-0', 'c-0'])).toEqual(['c-0']);
    producer.settle('a-0');
    expect(await producer.findMissing(['a-0', 'b-0'])).toEqual(['a-0']);
  });

  it('misses everything after a loss', async () => {
    const producer = inMemoryProducer();
    await producer.enqueue(job('a'));
    producer.lose();
    expect(await producer.findMissing(['a-0'])).toEqual(['a-0']);
    expect(producer.take()).toBeUndefined();
  });

  it('rejects while it is away and works afterwards', async () => {
    const producer = inMemoryProducer();
    producer.away = true;
    await expect(producer.enqueue(job('a'))).rejects.toThrow('away');
    await expect(producer.ping(1)).rejects.toThrow('away');
    producer.away = false;
    await producer.enqueue(job('a'));
    expect(producer.waiting).toEqual(['a-0']);
  });
});
