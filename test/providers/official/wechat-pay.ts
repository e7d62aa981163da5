import { Formatter, Rsa } from 'wechatpay-axios-plugin';
import { bodyPart, headerPart } from '../flip.js';
import { rsa } from '../key-pairs.js';
import { official } from '../official-provider.js';
import { bytesNotText, canonicalBase64, freshness } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
const SIGNED = ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature'];

export const wechatPay = official({
  preset: 'wechat-pay',
  name: 'wechatpay-axios-plugin',
  secrets: [`${SERIAL}:${rsa.publicPem}`],
  signing: { privateKey: rsa.privatePem, keyId: SERIAL },
  signedBy: 'package',
  parts: [bodyPart, ...SIGNED.map((name) => headerPart(name)), headerPart('wechatpay-serial')],
  stricter: [
    bytesNotText,
    canonicalBase64(({ headers }) => headers['wechatpay-signature']),
    freshness(({ headers }) => headers['wechatpay-timestamp'], { seconds: 300 }),
  ],
  sample: (url, random) => {
    const event = { id: sampleId(random), event_type: 'TRANSACTION.SUCCESS', summary: sampleObject(random) };
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: jsonBytes(event, random) };
  },
  sign: (request, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const text = Formatter.joinedByLineFeed(timestamp, 'EdaKqWjNRZMAfZ0T', request.body.toString());
    const headers = {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': 'EdaKqWjNRZMAfZ0T',
      'wechatpay-serial': SERIAL,
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
      'wechatpay-signature': Rsa.sign(text, rsa.privatePem),
    };
    return { ...request, headers: { ...request.headers, ...headers } };
  },
  // Whoever receives with the package picks the key by its serial.
  verify: ({ headers, body }) => {
    const [timestamp, nonce, signature] = SIGNED.map((name) => headers[name]!);
    const text = Formatter.joinedByLineFeed(timestamp!, nonce!, body.toString());
    return headers['wechatpay-serial'] === SERIAL && Rsa.verify(text, signature!, rsa.publicPem);
  },
});
