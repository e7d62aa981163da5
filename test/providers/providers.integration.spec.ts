import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { signMessage } from '#signatures';
import { saveBoundWorkflow } from '#storage/testing';
import { eventually } from '../support/eventually.js';
import { seededRandom } from '../support/seeded-random.js';
import { isAcceptedBy, type OfficialProvider } from './official-provider.js';
import { officialProviders } from './official/index.js';
import { SEED } from './run-size.js';
import { PUBLIC_URL, startLoop, type Loop } from './start-loop.js';

const MESSAGES = 3;
const FLIPS = 3;

const keyOf = (provider: OfficialProvider): string => `hook-${officialProviders.indexOf(provider)}`;
const urlOf = (provider: OfficialProvider): string => `${PUBLIC_URL}/api/webhooks/${keyOf(provider)}`;

let loop: Loop;

/** Certificates lie where the tests put them. @throws Error for any other URL */
function served(keys: ReadonlyMap<string, string>, url: string): Buffer {
  const text = keys.get(url);
  if (text === undefined) throw new Error(`Nothing is at ${url}.`);
  return Buffer.from(text);
}

/** Stores a workflow behind the preset, its secrets in the vault, as an operator would. */
async function store(provider: OfficialProvider): Promise<void> {
  const put = async (name: string, value: string): Promise<string> => {
    const upper = `${keyOf(provider)}_${name}`.toUpperCase().replaceAll('-', '_');
    await loop.storage.secrets.put({ name: upper, value, notBefore: null, notAfter: null });
    return `{{$env.${upper}}}`;
  };
  const options: JsonObject = { ...provider.options };
  for (const name of provider.secretOptions) options[name] = await put(name, String(options[name]));
  const secrets = await Promise.all(provider.secrets.map((secret, at) => put(`secret_${at}`, secret)));
  const entry =
    provider.preset === 'jwt'
      ? { type: 'jwt', ...options }
      : { type: 'signature', provider: provider.preset, ...(secrets.length > 0 ? { secrets } : {}), ...options };
  await saveBoundWorkflow(loop.storage, keyOf(provider), { type: 'webhook', mode: 'async', auth: [entry] });
}

beforeAll(async () => {
  const keys = new Map(officialProviders.flatMap((provider) => Object.entries(provider.keys)));
  loop = await startLoop({ worker: false, fetchUrl: async ({ href }) => served(keys, href) });
  for (const provider of officialProviders) await store(provider);
  const last = officialProviders.at(-1)!;
  const unsigned = { method: 'POST', url: urlOf(last), headers: {}, body: Buffer.alloc(0) };
  await eventually(
    () => loop.send(unsigned),
    ({ status }) => status === 401,
  );
}, 60_000);
afterAll(async () => {
  await loop?.stop();
}, 60_000);

describe.each(officialProviders.map((provider) => [`${provider.preset} beside ${provider.name}`, provider] as const))(
  `the running gateway: %s (PROVIDER_SEED=${SEED})`,
  (_title, provider) => {
    const random = seededRandom(SEED);
    const sample = () => provider.sample(urlOf(provider), random, new Date());
    const signed = () => provider.sign(sample(), new Date());

    it(`accepts what the ${provider.signedBy} signed`, async () => {
      for (let at = 0; at < MESSAGES; at += 1) {
        const { status, headers, text } = await loop.send(await signed());
        expect([text, Math.floor(status / 100), typeof headers['x-execution-id']]).toEqual([text, 2, 'string']);
      }
    });

    it('accepts what sign made, and so does the package', async () => {
      const { preset, secrets, options, signing } = provider;
      for (let at = 0; at < MESSAGES; at += 1) {
        const now = new Date();
        const request = signMessage({ provider: preset, secrets, options, ...signing }, sample(), now);
        expect([await isAcceptedBy(provider, request, now), request]).toEqual([true, request]);
        const { headers, text } = await loop.send(request);
        expect([text, typeof headers['x-execution-id']]).toEqual([text, 'string']);
      }
    });

    it('takes header names in any case, and refuses a signed header that is there twice', async () => {
      const request = await signed();
      const names = provider.parts.flatMap(({ name }) =>
        name.startsWith('header ') ? name.slice('header '.length) : [],
      );
      for (const name of names) {
        const headers = { ...request.headers, [name]: [request.headers[name]!, request.headers[name]!] };
        expect([name, (await loop.send({ ...request, headers })).status]).toEqual([name, 401]);
      }
      const upper = Object.entries(request.headers).map(([name, value]) => [name.toUpperCase(), value]);
      expect(
        (await loop.send({ ...request, headers: Object.fromEntries(upper) as Record<string, string> })).status,
      ).toBe(200);
    });

    it.each(provider.parts.map((part) => [part.name, part] as const))(
      'refuses a flipped bit in %s with 401',
      async (_name, part) => {
        for (let at = 0; at < FLIPS; at += 1) {
          const flipped = part.flip(await signed(), random);
          const { status, headers, text } = await loop.send(flipped);
          expect([status, headers['x-execution-id'], text]).toEqual([401, undefined, text]);
        }
      },
    );
  },
);
