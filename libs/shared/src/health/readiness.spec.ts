import { describe, expect, it } from '@jest/globals';
import { Readiness } from './readiness.js';

describe('Readiness', () => {
  it('is green only while every check passes, and says what is wrong', async () => {
    const readiness = new Readiness({ a: async () => undefined, b: () => Promise.reject(new Error('away')) });
    expect(await readiness.report()).toEqual({ ready: false, checks: { a: 'ok', b: 'away' } });
  });

  it('asks once for many probes', async () => {
    let asked = 0;
    const readiness = new Readiness({ a: async () => void (asked += 1) });
    await Promise.all(Array.from({ length: 20 }, () => readiness.report()));
    expect(asked).toBe(1);
  });

  it('is red from the moment the process drains', async () => {
    const readiness = new Readiness({ a: async () => undefined });
    expect((await readiness.report()).ready).toBe(true);
    readiness.drain();
    expect((await readiness.report()).ready).toBe(false);
  });
});
