import { describe, expect, it } from '@jest/globals';
import { Environment } from './environment.js';

describe('Environment', () => {
  it('gives a workflow the secrets and allowed variables it names, secrets first, and says which are secret', async () => {
    const store = {
      readEpoch: async () => 1,
      loadSecrets: async () =>
        new Map([
          ['A', 'secret'],
          ['OTHER', 'x'],
        ]),
    };
    const environment = new Environment(store, { A: 'plain', B: 'b' });
    await environment.start(60_000, () => undefined);
    environment.stop();
    expect(environment.valuesFor(['A', 'B', 'C', 'ABSENT'])).toEqual({
      values: { A: 'secret', B: 'b' },
      secretNames: new Set(['A']),
    });
  });

  it('reads a changed secret after the epoch grew, and keeps the last ones while the database is away', async () => {
    let epoch = 1;
    let value = 'old';
    const faults: unknown[] = [];
    const store = {
      readEpoch: async () => {
        if (epoch < 0) throw new Error('away');
        return epoch;
      },
      loadSecrets: async () => new Map([['A', value]]),
    };
    const environment = new Environment(store, {});
    await environment.start(5, (error) => faults.push(error));
    value = 'new';
    const until = async (condition: () => boolean) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    expect(environment.valuesFor(['A']).values).toEqual({ A: 'old' });
    epoch = 2;
    await until(() => environment.valuesFor(['A']).values.A === 'new');
    epoch = -1;
    await until(() => faults.length > 0);
    expect(environment.valuesFor(['A']).values).toEqual({ A: 'new' });
    environment.stop();
  });
});
