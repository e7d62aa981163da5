import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { seededRandom } from '../support/seeded-random.js';
import { signMessage } from '#signatures';
import { isAcceptedBy } from './official-provider.js';
import { officialProviders } from './official/index.js';
import { SEED } from './run-size.js';
import { verdictOf } from './verdict-of.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const FLIPS = 25;
const URL = 'https://hooks.example/api/webhooks/hook';

// Packages read Date; timers stay real, or nothing asynchronous would end.
beforeEach(() => {
  jest.useFakeTimers({
    now: NOW,
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask'],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

describe.each(officialProviders.map((provider) => [`${provider.preset} beside ${provider.name}`, provider] as const))(
  `%s (PROVIDER_SEED=${SEED})`,
  (_title, provider) => {
    const random = seededRandom(SEED);
    const signed = () => provider.sign(provider.sample(URL, random, NOW), NOW);

    it('both accept what the package signed, or its documented formula', async () => {
      for (let at = 0; at < FLIPS; at += 1) {
        const request = await signed();
        expect([await isAcceptedBy(provider, request, NOW), request]).toEqual([true, request]);
        expect([await verdictOf(provider, request, NOW), request]).toMatchObject([{ ok: true }, request]);
      }
    });

    it('both accept what sign made', async () => {
      const { preset, secrets, options, signing } = provider;
      for (let at = 0; at < FLIPS; at += 1) {
        const sample = provider.sample(URL, random, NOW);
        const request = signMessage({ provider: preset, secrets, options, ...signing }, sample, NOW);
        expect([await isAcceptedBy(provider, request, NOW), request]).toEqual([true, request]);
        expect(await verdictOf(provider, request, NOW)).toMatchObject({ ok: true });
      }
    });

    it.each(provider.parts.map((part) => [part.name, part] as const))(
      'both refuse a flipped bit in %s',
      async (_name, part) => {
        for (let at = 0; at < FLIPS; at += 1) {
          const flipped = part.flip(await signed(), random);
          expect([await isAcceptedBy(provider, flipped, NOW), flipped]).toEqual([false, flipped]);
          expect([(await verdictOf(provider, flipped, NOW)).ok, flipped]).toEqual([false, flipped]);
        }
      },
    );
  },
);
