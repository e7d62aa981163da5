import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import type { JsonObject } from '#shared';
import { providers, signMessage, type Provider, type UnsignedRequest } from '#signatures';
import { saveBoundWorkflow } from '#storage/testing';
import { eventually } from '../support/eventually.js';
import { seededRandom } from '../support/seeded-random.js';
import { bodyPart, flipText } from './flip.js';
import { officialProviders } from './official/index.js';
import { SEED } from './run-size.js';
import { PUBLIC_URL, startLoop, type Loop } from './start-loop.js';

const FLIPS = 5;

/** Where no package of the provider verifies, nor another library of the same scheme: tokens, and plain HMACs. */
const withoutPackage = [...providers.values()].filter(
  ({ name }) => !officialProviders.some(({ preset }) => preset === name),
);
const TOKENS = ['token', 'basic'];
/** A token says nothing about the body. */
const signsBody = ({ scheme }: Provider): boolean => !['token', 'basic'].includes(scheme.kind);

const SECRET = 'a-secret:of-this-preset';
const OPTIONS: Readonly<Record<string, JsonObject>> = { token: { header: 'x-token' } };

let loop: Loop;
beforeAll(async () => {
  loop = await startLoop({ worker: false });
  await loop.storage.secrets.put({ name: 'PRESET_SECRET', value: SECRET, notBefore: null, notAfter: null });
  for (const { name } of withoutPackage) {
    const signature = { type: 'signature', provider: name, secrets: ['{{$env.PRESET_SECRET}}'], ...OPTIONS[name] };
    await saveBoundWorkflow(loop.storage, name, { type: 'webhook', mode: 'async', auth: [signature] });
  }
  await eventually(
    () => loop.send({ ...unsigned(withoutPackage.at(-1)!), headers: {} }),
    ({ status }) => status === 401,
  );
}, 60_000);
afterAll(async () => {
  await loop?.stop();
}, 60_000);

function unsigned({ name, sample }: Provider): UnsignedRequest {
  const url = `${PUBLIC_URL}/api/webhooks/${name}`;
  return { method: 'POST', url, headers: { ...sample.headers }, body: Buffer.from(sample.body) };
}

const signed = (provider: Provider): UnsignedRequest =>
  signMessage(
    { provider: provider.name, secrets: [SECRET], options: OPTIONS[provider.name] ?? {} },
    unsigned(provider),
    new Date(),
  );

it('the presets without a package are these', () => {
  const names = withoutPackage.map(({ name }) => name).toSorted();
  expect(names).toEqual([...TOKENS, 'cloudevents', 'gitea', 'gitlab', 'hmac'].toSorted());
});

describe.each(withoutPackage.map((provider) => [provider.name, provider] as const))(
  `the running gateway with %s (PROVIDER_SEED=${SEED})`,
  (_name, provider) => {
    const random = seededRandom(SEED);

    it('accepts what sign made of its sample', async () => {
      const { status, headers, text } = await loop.send(signed(provider));
      expect([text, status, typeof headers['x-execution-id']]).toEqual([text, 200, 'string']);
    });

    it('refuses the sample without a signature, and with a flipped bit in what sign added', async () => {
      const request = signed(provider);
      expect((await loop.send({ ...unsigned(provider) })).status).toBe(401);
      const added = Object.keys(request.headers).filter((name) => !(name in provider.sample.headers));
      expect(added).not.toEqual([]);
      for (const name of added) {
        for (let at = 0; at < FLIPS; at += 1) {
          const headers = { ...request.headers, [name]: flipText(request.headers[name]!, random) };
          expect([(await loop.send({ ...request, headers })).status, headers]).toEqual([401, headers]);
        }
      }
    });

    it(`${signsBody(provider) ? 'refuses' : 'does not look at'} a flipped bit in the body`, async () => {
      const flipped = bodyPart.flip(signed(provider), random);
      expect((await loop.send(flipped)).status === 401).toBe(signsBody(provider));
    });
  },
);

it.each(['binary', 'structured'] as const)(
  'a %s event that the CloudEvents package emits is accepted once',
  async (mode) => {
    const event = new CloudEvent({
      id: `e-${mode}`,
      source: '/orders',
      type: 'com.example.order',
      data: { orderId: 7 },
    });
    const { headers, body } = HTTP[mode](event);
    const request = {
      method: 'POST',
      url: `${PUBLIC_URL}/api/webhooks/cloudevents`,
      headers: { ...(headers as Record<string, string>), authorization: `Bearer ${SECRET}` },
      body: Buffer.from(body as string),
    };
    const [first, second] = [await loop.send(request), await loop.send(request)];
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([200, undefined]);
    expect([second.status, second.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(second.headers['x-execution-id']).toBe(first.headers['x-execution-id']);
  },
);
