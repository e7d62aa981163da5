import { describe, expect, it } from '@jest/globals';
import { QueueTimeout, within } from './within.js';

describe('within', () => {
  it('passes an answer on', async () => {
    await expect(within(1000, Promise.resolve(7), 'A test')).resolves.toBe(7);
  });

  it('passes a failure on', async () => {
    await expect(within(1000, Promise.reject(new Error('broken')), 'A test')).rejects.toThrow('broken');
  });

  it('gives up on work that does not answer', async () => {
    await expect(within(5, new Promise(() => undefined), 'A test')).rejects.toThrow(QueueTimeout);
  });

  it('swallows a failure that comes after it gave up', async () => {
    let fail!: (error: Error) => void;
    const late = new Promise((_, reject) => (fail = reject));
    await expect(within(5, late, 'A test')).rejects.toThrow(QueueTimeout);
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
