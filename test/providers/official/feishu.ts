import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { AESCipher, EventDispatcher, LoggerLevel } from '@larksuiteoapi/node-sdk';
import type { Json, JsonObject } from '#shared';
import { bodyPart, headerPart } from '../flip.js';
import { bytesNotText, freshness } from '../strictness.js';
import { official } from '../official-provider.js';
import { sampleId, sampleObject } from '../sample-body.js';

export const FEISHU = { encryptKey: 'kudryavka', verificationToken: 'v1-token' } as const;

/** As Feishu's page on encrypted events writes it; the package only decrypts. */
export function feishuEncrypted(event: Json): Buffer {
  const key = createHash('sha256').update(FEISHU.encryptKey).digest();
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([iv, cipher.update(JSON.stringify(event)), cipher.final()]);
  return Buffer.from(JSON.stringify({ encrypt: encrypted.toString('base64') }));
}

interface RequestHandle {
  checkIsEventValidated(data: JsonObject): boolean;
}
const dispatcher = new EventDispatcher({ ...FEISHU, loggerLevel: LoggerLevel.error });
const { requestHandle } = dispatcher as unknown as { requestHandle: RequestHandle };
const cipher = new AESCipher(FEISHU.encryptKey);

export const feishu = official({
  preset: 'feishu',
  name: '@larksuiteoapi/node-sdk',
  options: FEISHU,
  secretOptions: ['encryptKey', 'verificationToken'],
  signedBy: 'formula',
  parts: [
    bodyPart,
    ...['x-lark-request-timestamp', 'x-lark-request-nonce', 'x-lark-signature'].map((name) => headerPart(name)),
  ],
  stricter: [
    bytesNotText,
    freshness(({ headers }) => headers['x-lark-request-timestamp'], { seconds: 300 }),
    {
      why: 'The package hashes the body parsed and serialised anew; the bytes are what is signed.',
      when: ({ request }) =>
        request.body.toString() !== JSON.stringify(Object.assign({}, JSON.parse(request.body.toString()))),
    },
  ],
  sample: (url, random) => {
    const header = { event_id: sampleId(random), event_type: 'im.message', token: FEISHU.verificationToken };
    const event = { schema: '2.0', header, event: sampleObject(random) };
    const body = random() < 0.5 ? feishuEncrypted(event) : Buffer.from(JSON.stringify(event));
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  },
  sign: (request, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const hash = createHash('sha256').update(`${timestamp}nonce1${FEISHU.encryptKey}`).update(request.body);
    const headers = {
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': 'nonce1',
      'x-lark-signature': hash.digest('hex'),
    };
    return { ...request, headers: { ...request.headers, ...headers } };
  },
  // The package hashes the body serialised anew, so samples are written as it writes them.
  verify: ({ headers, body }) => {
    const data = JSON.parse(body.toString()) as JsonObject;
    if (typeof data['encrypt'] === 'string') JSON.parse(cipher.decrypt(data['encrypt']));
    return requestHandle.checkIsEventValidated(Object.assign(Object.create({ headers }) as JsonObject, data));
  },
});
