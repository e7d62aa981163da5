import { sign } from 'node:crypto';
import { verifyKey } from 'discord-interactions';
import { bodyPart, headerPart } from '../flip.js';
import { ed25519 } from '../key-pairs.js';
import { official } from '../official-provider.js';
import { freshness, onHeader } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

/** As the developer portal shows it: 32 bytes, hexadecimal. */
export const DISCORD_KEY = ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');

export const discord = official({
  preset: 'discord',
  name: 'discord-interactions',
  secrets: [DISCORD_KEY],
  signing: { privateKey: ed25519.privatePem },
  signedBy: 'formula',
  parts: [bodyPart, headerPart('x-signature-timestamp'), headerPart('x-signature-ed25519')],
  stricter: [
    freshness(({ headers }) => headers['x-signature-timestamp'], { seconds: 300 }),
    onHeader(
      'x-signature-ed25519',
      /^(?![0-9a-f]{128}$)/,
      'The package reads digits with parseInt, in both cases and with white space.',
    ),
  ],
  sample: (url, random) => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: jsonBytes({ id: sampleId(random), type: 2, data: sampleObject(random) }, random),
  }),
  sign: (request, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const signature = sign(null, Buffer.concat([Buffer.from(timestamp), request.body]), ed25519.privateKey);
    const headers = { 'x-signature-timestamp': timestamp, 'x-signature-ed25519': signature.toString('hex') };
    return { ...request, headers: { ...request.headers, ...headers } };
  },
  verify: ({ body, headers }) =>
    verifyKey(body, headers['x-signature-ed25519']!, headers['x-signature-timestamp']!, DISCORD_KEY),
});
