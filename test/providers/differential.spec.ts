import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { seededRandom } from '../support/seeded-random.js';
import { mutateRequest } from './mutations/mutate-request.js';
import { isAcceptedBy, type ChangedRequest, type OfficialProvider } from './official-provider.js';
import { officialProviders } from './official/index.js';
import { MUTATIONS, SEED } from './run-size.js';
import { verdictOf } from './verdict-of.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const URL = 'https://hooks.example/api/webhooks/hook';
/** Milliseconds: the slowest package verifies with big integers and takes ten each. */
const TIMEOUT = 60_000 + MUTATIONS * 50;
/** So many differences are shown. */
const SHOWN = Number(process.env['PROVIDER_SHOWN'] ?? 5);

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

/** Null when both agree, or when ours is stricter for a reason that the adapter lists. */
async function difference(provider: OfficialProvider, changed: ChangedRequest, seed: number): Promise<string | null> {
  const { request, now, changes } = changed;
  jest.setSystemTime(now);
  const [official, ours] = [await isAcceptedBy(provider, request, now), await verdictOf(provider, request, now)];
  if (official === ours.ok) return null;
  if (!ours.ok && provider.stricter.some(({ when }) => when(changed))) return null;
  const verdict = ours.ok ? 'LAXER than the package' : `stricter without a reason (${ours.reason})`;
  const shown = JSON.stringify({ ...request, body: request.body.toString('latin1'), now });
  return `PROVIDER_SEED=${seed} ${verdict}: ${changes.join(', ')}\n${shown}`;
}

describe(`verdicts on ${MUTATIONS} changed requests each (PROVIDER_SEED=${SEED})`, () => {
  it.each(officialProviders.map((provider) => [`${provider.preset} beside ${provider.name}`, provider] as const))(
    'are those of the package, or stricter with a reason: %s',
    async (_title, provider) => {
      const differences: string[] = [];
      for (let at = 0; at < MUTATIONS && differences.length < SHOWN; at += 1) {
        const seed = (SEED + at) % 2 ** 32;
        const random = seededRandom(seed);
        jest.setSystemTime(NOW);
        const signed = await provider.sign(provider.sample(URL, random, NOW), NOW);
        const found = await difference(provider, mutateRequest(provider, signed, NOW, random), seed);
        if (found) differences.push(found);
      }
      expect(differences).toEqual([]);
    },
    TIMEOUT,
  );
});
