import { createHash, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { createSignature, verifySignature as verifyFields, type RequestDescriptor } from 'http-message-sig';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import type { UnsignedRequest } from '#signatures';
import { bodyPart, headerPart, queryPart } from '../flip.js';
import { ed25519 } from '../key-pairs.js';
import { canonicalBase64, onChange } from '../strictness.js';
import { official, type OfficialProvider } from '../official-provider.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const COMPONENTS = ['@method', '@target-uri', 'content-digest'];
const KEY_ID = 'key-1';

const digestOf = (body: Buffer): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

/** The packages sign headers; that `Content-Digest` is the body's is for whoever receives to see. */
const hasItsDigest = ({ headers, body }: UnsignedRequest): boolean =>
  headers['content-digest']?.replace(/^[ \t]+|[ \t]+$/g, '') === digestOf(body);

const shared: Pick<OfficialProvider, 'preset' | 'options' | 'signing' | 'signedBy' | 'parts' | 'sample' | 'stricter'> =
  {
    preset: 'rfc9421',
    options: { algorithm: 'ed25519', publicKey: ed25519.publicPem, keyid: KEY_ID },
    signing: { privateKey: ed25519.privatePem, keyId: KEY_ID },
    signedBy: 'package',
    stricter: [
      onChange(/^method post/, 'The packages write methods in upper case; those of HTTP are told apart by case.'),
      onChange(
        /the header twice|a wrong header (?:before|after)|a signature more|the signature again/,
        'Of a label that is there twice a package takes the last, and one without an input it passes over (RFC 9421, section 4).',
      ),
      onChange(
        /a space (before|after|inside)/,
        'The packages trim what is no white space of structured fields (RFC 8941, 4.2).',
      ),
      canonicalBase64(({ headers }) => /:([^:]*):/.exec(headers['signature'] ?? '')?.[1]),
    ],
    parts: [
      bodyPart,
      headerPart('content-digest'),
      queryPart('order'),
      ...['signature', 'signature-input'].map((name) => headerPart(name)),
    ],
    sample: (url, random) => {
      const body = jsonBytes(sampleObject(random), random);
      const headers = { 'content-type': 'application/json', 'content-digest': digestOf(body) };
      return { method: 'POST', url: `${url}?order=${sampleId(random)}`, headers, body };
    },
  };

const descriptor = ({ method, url, headers }: UnsignedRequest): RequestDescriptor => ({
  kind: 'request',
  method,
  targetUri: url,
  fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
});

export const messageSignatures: readonly OfficialProvider[] = [
  official({
    ...shared,
    name: 'http-message-signatures',
    sign: async (request, now) => {
      const key = createSigner(ed25519.privateKey, 'ed25519', KEY_ID);
      const paramValues = { created: now };
      const config = { key, name: 'sig1', params: ['created', 'keyid', 'alg'], fields: COMPONENTS, paramValues };
      const { headers } = await httpbis.signMessage(config, request);
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      return { ...request, headers: Object.fromEntries(lower) as Record<string, string> };
    },
    verify: async (request) => {
      const verify = createVerifier(ed25519.publicKey, 'ed25519');
      const config = {
        keyLookup: async () => ({ id: KEY_ID, algs: ['ed25519'], verify }),
        requiredFields: COMPONENTS,
        requiredParams: ['created', 'keyid'],
        // The tolerance is taken off the age.
        maxAge: 600,
        tolerance: 300,
      };
      return hasItsDigest(request) && (await httpbis.verifyMessage(config, request)) === true;
    },
  }),
  official({
    ...shared,
    name: 'http-message-sig',
    sign: async (request, now) => {
      const { signature, signatureInput } = await createSignature(descriptor(request), {
        label: 'sig1',
        components: COMPONENTS,
        parameters: { created: Math.floor(now.getTime() / 1000), keyid: KEY_ID, alg: 'ed25519' },
        signer: { algorithm: 'ed25519', sign: (data) => signBytes(null, data, ed25519.privateKey) },
      });
      return { ...request, headers: { ...request.headers, signature, 'signature-input': signatureInput } };
    },
    verify: async (request, now) => {
      const algorithm = 'ed25519';
      const verify = (data: Uint8Array, bytes: Uint8Array) => verifyBytes(null, data, ed25519.publicKey, bytes);
      await verifyFields(descriptor(request), {
        policy: {
          algorithms: [algorithm],
          requiredComponents: COMPONENTS,
          requiredParameters: ['created', 'keyid'],
          // The skew is added to the age.
          maxAge: 0,
          clockSkew: 300,
          now: Math.floor(now.getTime() / 1000),
        },
        resolveVerifier: ({ parameters }) => {
          if (parameters.keyid !== KEY_ID) throw new Error('Another key.');
          return { algorithm, verify };
        },
      });
      return hasItsDigest(request);
    },
  }),
];
