import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type {
  Provider,
  SignatureVector,
  SignatureVerdict,
  SignedMessage,
  SigningEntry,
  UnsignedRequest,
} from '../contract.js';
import { readDelivery } from '../read-delivery.js';
import { signMessage } from '../sign.js';
import { isHeadersOnly, verifySignature } from '../verify.js';
import { providerCatalogue, providers } from './index.js';

const now = new Date('2026-03-01T12:00:00Z');
const url = 'https://hooks.example.com/api/webhooks/a?b=c';
const noKeys = () => Promise.resolve(null);

const all = [...providers.values()];
const table = all.map((provider) => [provider.name, provider] as const);
/** Those whose schemes this folder's sibling specs sign by their own rules have a spec each. */
const own = table.filter(([, { scheme }]) =>
  ['signed-bytes', 'configured-hmac', 'token', 'basic'].includes(scheme.kind),
);
const vectors = all.flatMap((provider) =>
  provider.vectors.map((vector, index) => [`${provider.name} ${index}`, provider, vector] as const),
);
const ownVectors = vectors.filter(([, provider]) => own.some(([, one]) => one === provider));

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');

function messageOf(vector: SignatureVector): SignedMessage {
  return {
    method: vector.method ?? 'POST',
    url: vector.url ?? url,
    headers: vector.headers,
    rawBody: Buffer.from(vector.body),
    now: new Date(vector.at ?? now),
  };
}

function verify(provider: Provider, vector: SignatureVector, changed: Partial<SignedMessage> = {}) {
  const fetchKey = (keyUrl: string) => Promise.resolve(vector.keys?.[keyUrl] ? Buffer.from(vector.keys[keyUrl]) : null);
  return verifySignature({ provider: provider.name, ...vector.entry }, { ...messageOf(vector), ...changed }, fetchKey);
}

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();
}

/** An entry with new keys of every kind that the provider's scheme takes. */
function signingEntries({ name, scheme, vectors: [vector] }: Provider): SigningEntry[] {
  const options = vector?.entry.options ? { options: vector.entry.options } : {};
  if (scheme.kind !== 'signed-bytes') return [{ provider: name, secrets: vector!.entry.secrets, ...options }];
  return scheme.keys.map(({ algorithm, encoding, prefix }) => {
    const id = scheme.keyId === null ? '' : 'AB12:';
    if (algorithm.startsWith('hmac')) {
      const bytes = Buffer.alloc(32, 7);
      const text = encoding === 'utf8' ? 'correct horse' : bytes.toString(encoding as 'base64');
      return { provider: name, secrets: [id + prefix + text] };
    }
    const pair = algorithm === 'ed25519' ? ed25519 : algorithm.startsWith('rsa') ? rsa : ec;
    const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
    const text = encoding === 'pem' ? pem(pair.publicKey) : raw.toString(encoding === 'ed25519-hex' ? 'hex' : 'base64');
    return { provider: name, secrets: [id + prefix + text], privateKey: pem(pair.privateKey) };
  });
}

function sampleOf({ sample }: Provider): UnsignedRequest {
  return { method: 'POST', url, headers: { ...sample.headers }, body: Buffer.from(sample.body) };
}

function received({ method, url: signedUrl, headers, body }: UnsignedRequest, at = now): SignedMessage {
  return { method, url: signedUrl, headers, rawBody: body, now: at };
}

const round = own.flatMap(([name, provider]) =>
  signingEntries(provider).map((entry, index) => [`${name} ${index}`, provider, entry] as const),
);

describe('every provider', () => {
  it.each(table)('%s says what it does, with a page, a sample and a vector', (name, provider) => {
    expect(provider.name).toBe(name);
    expect(provider.docs.length).toBeGreaterThan(100);
    expect(URL.canParse(provider.link)).toBe(true);
    expect(provider.sample.body).not.toBe('');
    expect(provider.sample.headers['content-type']).toBeDefined();
    expect(provider.vectors.length).toBeGreaterThan(0);
  });

  it.each(table)('%s writes every header in small letters', (_name, provider) => {
    const names = JSON.stringify([provider.scheme, provider.deliveryId, provider.eventType, provider.handshakes]);
    const headers = [...names.matchAll(/"header":"([^"]+)"/g)].map(([, header]) => header!);
    const sent = [provider.sample, ...provider.vectors].flatMap((message) => Object.keys(message.headers));
    for (const header of [...headers, ...sent]) expect(header).toBe(header.toLowerCase());
  });

  it.each(vectors)('%s: its vector is accepted', async (_name, provider, vector) => {
    expect(await verify(provider, vector)).toMatchObject({ ok: true });
  });

  it.each(table)('%s finds the id and the event of its sample where it says they are', (name, provider) => {
    const { headers, body } = provider.sample;
    const { deliveryId, eventType } = readDelivery(name, { url, headers, rawBody: Buffer.from(body) });
    expect(deliveryId !== null).toBe(provider.deliveryId !== null);
    expect(eventType !== null).toBe(provider.eventType !== null);
  });

  it('is listed with everything but its vectors', () => {
    const listed = providerCatalogue();
    expect(listed.map(({ name }) => name)).toEqual([...providers.keys()]);
    for (const shown of listed) {
      expect(shown).not.toHaveProperty('vectors');
      expect(shown.sample.body).not.toBe('');
    }
  });
});

describe('T02: without a secret', () => {
  const blanks: string[][] = [[], [''], ['  ', '\t'], ['whsec_'], [':']];

  it.each(vectors)('%s refuses everything', async (_name, provider, vector) => {
    if (provider.secrets === 'none') return;
    for (const secrets of blanks) {
      const isOpen = provider.secrets === 'optional' && secrets.length === 0;
      const hasOtherKeys = provider.secrets === 'optional' && provider.scheme.kind !== 'token';
      if (isOpen || hasOtherKeys) continue;
      const verdict = await verify(provider, { ...vector, entry: { ...vector.entry, secrets } });
      expect(verdict.ok).toBe(false);
    }
  });

  it.each(vectors)('%s takes no blank one beside a real one', async (_name, provider, vector) => {
    const secrets = ['', '  ', ...vector.entry.secrets];
    const verdict = await verify(provider, { ...vector, entry: { ...vector.entry, secrets } });
    expect(verdict).toMatchObject({ ok: true });
    if (vector.entry.secrets.length > 0) expect(verdict).toMatchObject({ secretIndex: 2 });
  });
});

describe('T03, T04: malformed messages', () => {
  it.each(ownVectors)('%s refuses each of its headers left out, empty or doubled', (_name, provider, vector) => {
    for (const name of Object.keys(vector.headers)) {
      if (name === 'content-type') continue;
      const value = vector.headers[name]!;
      for (const text of [undefined, '', `${value}, ${value}`, `${value}\t`, `x${value}`, `${value}é`]) {
        const headers = { ...vector.headers, [name]: text };
        expect([name, text, verify(provider, vector, { headers })]).toEqual([
          name,
          text,
          expect.objectContaining({ ok: false }),
        ]);
      }
    }
  });

  it.each(ownVectors)('%s refuses an empty message', (_name, provider, vector) => {
    expect(verify(provider, vector, { headers: {}, rawBody: Buffer.alloc(0), url })).toMatchObject({ ok: false });
  });
});

describe('what was signed', () => {
  it.each(round)('%s is accepted', (_name, provider, entry) => {
    const signed = received(signMessage(entry, sampleOf(provider), now));
    expect(verifySignature(entry, signed, noKeys)).toMatchObject({ ok: true, secretIndex: 0 });
  });

  const covering = round.filter(
    ([, { scheme }]) => scheme.kind === 'signed-bytes' || scheme.kind === 'configured-hmac',
  );

  it.each(covering)('%s is refused with any one bit of the body flipped', (_name, provider, entry) => {
    const signed = received(signMessage(entry, sampleOf(provider), now));
    for (let bit = 0; bit < signed.rawBody.length * 8; bit += 1) {
      const rawBody = Buffer.from(signed.rawBody);
      rawBody[bit >> 3]! ^= 1 << (bit & 7);
      if (isSameForm(provider, rawBody, signed.rawBody)) continue;
      expect([bit, verifySignature(entry, { ...signed, rawBody }, noKeys)]).toEqual([
        bit,
        expect.objectContaining({ ok: false }),
      ]);
    }
  });

  it.each(covering)('%s is refused by another secret', (_name, provider, entry) => {
    const signed = received(signMessage(entry, sampleOf(provider), now));
    const [other] = round.filter(([, one, another]) => one === provider && another !== entry);
    const secrets = other ? other[2].secrets : ['another'];
    expect((verifySignature({ ...entry, secrets }, signed, noKeys) as SignatureVerdict).ok).toBe(
      // Standard Webhooks takes one key with and without its prefix.
      other !== undefined && entry.privateKey === undefined && other[2].privateKey === undefined,
    );
  });

  const timed = covering.filter(([, { scheme }]) => scheme.kind === 'signed-bytes' && scheme.timestamp !== null);

  it.each(timed)('%s is refused too late and too early, at its own bounds', (_name, provider, entry) => {
    const rule = provider.scheme.kind === 'signed-bytes' ? provider.scheme.timestamp! : null;
    const signed = received(signMessage(entry, sampleOf(provider), now));
    const after = (seconds: number) => {
      const at = new Date(now.getTime() + seconds * 1000);
      return verifySignature(entry, { ...signed, now: at }, noKeys) as SignatureVerdict;
    };
    expect([after(rule!.past).ok, after(-rule!.future).ok]).toEqual([true, true]);
    expect(after(rule!.past + 1)).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' });
    expect(after(-rule!.future - 1)).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' });
  });
});

describe('gate 9', () => {
  it('takes what headers and URL alone decide, and nothing else', () => {
    const early = own.filter(([name]) => isHeadersOnly(name)).map(([name]) => name);
    expect(early.sort()).toEqual(['basic', 'cloudevents', 'gitlab', 'token']);
  });
});

/**
 * A signature over form fields does not tell `%2f` from `%2F`, nor `+` from `%20`: the fields are the same. Alipay's
 * `sign_type` is not signed at all; nothing asks for it.
 */
function isSameForm({ scheme }: Provider, one: Buffer, other: Buffer): boolean {
  if (scheme.kind !== 'signed-bytes' || scheme.signedBytes.includes('{raw}')) return false;
  const fieldsOf = (body: Buffer) => {
    const fields = [...new URLSearchParams(body.toString('latin1'))].filter(([name]) => name !== 'sign_type');
    return fields.sort().join('\n');
  };
  return fieldsOf(one) === fieldsOf(other);
}
