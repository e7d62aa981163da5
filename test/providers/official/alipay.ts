import { createSign } from 'node:crypto';
import { parse } from 'node:querystring';
import { AlipaySdk } from 'alipay-sdk';
import { betweenPart } from '../flip.js';
import { rsa } from '../key-pairs.js';
import { official } from '../official-provider.js';
import { bytesNotText, canonicalBase64 } from '../strictness.js';
import { sampleId } from '../sample-body.js';

const sdk = new AlipaySdk({
  appId: '2021000000000000',
  privateKey: rsa.privatePem.replace(/-----[^-]+-----|\n/g, ''),
  keyType: 'PKCS8',
  alipayPublicKey: rsa.publicBase64,
});

export const alipay = official({
  preset: 'alipay',
  name: 'alipay-sdk',
  secrets: [rsa.publicBase64],
  signing: { privateKey: rsa.privatePem },
  signedBy: 'formula',
  parts: ['notify_id', 'app_id', 'total_amount', 'trade_status', 'sign'].map((name) =>
    betweenPart(name, `${name}=`, '&'),
  ),
  stricter: [
    bytesNotText,
    canonicalBase64(({ body }) => String(parse(body.toString())['sign'])),
    {
      why: 'The package passes over fields without a name.',
      when: ({ request }) => /(^|&)=/.test(request.body.toString()),
    },
  ],
  sample: (url, random) => {
    const fields = {
      app_id: '2021000000000000',
      charset: 'utf-8',
      notify_id: sampleId(random),
      notify_time: '2026-03-01 12:00:00',
      subject: '支付 & 100% + "x"',
      total_amount: String(Math.floor(random() * 1e5) / 100),
      trade_status: 'TRADE_SUCCESS',
      version: '1.0',
    };
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    return { method: 'POST', url, headers, body: Buffer.from(new URLSearchParams(fields).toString()) };
  },
  sign: (request) => {
    const fields = new URLSearchParams(request.body.toString());
    const content = [...fields].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
    fields.append('sign', createSign('sha256').update(content.join('&')).sign(rsa.privateKey, 'base64'));
    fields.append('sign_type', 'RSA2');
    return { ...request, body: Buffer.from(fields.toString()) };
  },
  verify: ({ body }) => sdk.checkNotifySignV2({ ...parse(body.toString()) }),
});
