import { describe, expect, it } from '@jest/globals';
import { createShutdown } from './shutdown.js';

describe('createShutdown', () => {
  it('ends the newest first and goes on when one fails', async () => {
    const order: string[] = [];
    const errors: unknown[] = [];
    const shutdown = createShutdown((error) => errors.push(error));
    shutdown.add(() => void order.push('database'));
    shutdown.add(() => Promise.reject(new Error('stuck')));
    shutdown.add(() => void order.push('gateway'));
    await shutdown.stop();
    expect(order).toEqual(['gateway', 'database']);
    expect(errors).toEqual([new Error('stuck')]);
    expect(shutdown.signal.aborted).toBe(true);
  });

  it('hurries what is being stopped and everything after it', async () => {
    const calls: string[] = [];
    const shutdown = createShutdown(() => undefined);
    shutdown.add((hurry) => void calls.push(`database ${hurry}`));
    let release = () => {};
    shutdown.add((hurry) => {
      calls.push(`gateway ${hurry}`);
      return new Promise<void>((resolve) => (hurry ? release() : (release = resolve)));
    });
    const stopping = shutdown.stop();
    void shutdown.stop(true);
    await stopping;
    expect(calls).toEqual(['gateway false', 'gateway true', 'database true']);
  });

  it('ends at once what comes up while stopping', async () => {
    const shutdown = createShutdown(() => undefined);
    await shutdown.stop();
    const stopped = new Promise<string>((resolve) => shutdown.add(() => resolve('stopped')));
    await expect(stopped).resolves.toBe('stopped');
  });
});
