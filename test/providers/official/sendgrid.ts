import { createSign } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { bodyPart, headerPart } from '../flip.js';
import { ecdsa } from '../key-pairs.js';
import { bytesNotText, freshness } from '../strictness.js';
import { official, type SignedPart, type Stricter } from '../official-provider.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

const webhook = new EventWebhook();
const publicKey = webhook.convertPublicKeyToECDSA(ecdsa.publicBase64);

/** One bit of `r`. Of the bytes around the two numbers the package reads some carelessly. */
const signaturePart: SignedPart = {
  name: `header ${SIGNATURE}`,
  flip: (request, random) => {
    const der = Buffer.from(request.headers[SIGNATURE]!, 'base64');
    der[8 + Math.floor(random() * 20)]! ^= 1 << Math.floor(random() * 8);
    return { ...request, headers: { ...request.headers, [SIGNATURE]: der.toString('base64') } };
  },
};

const strictDer: Stricter = {
  why: 'The package decodes base64 leniently, and DER without looking at lengths and what follows.',
  when: ({ request, signed }) => request.headers[SIGNATURE] !== signed.headers[SIGNATURE],
};

export const sendgrid = official({
  preset: 'sendgrid',
  name: '@sendgrid/eventwebhook',
  secrets: [ecdsa.publicBase64],
  signing: { privateKey: ecdsa.privatePem },
  signedBy: 'formula',
  parts: [bodyPart, signaturePart, headerPart(TIMESTAMP)],
  stricter: [bytesNotText, strictDer, freshness(({ headers }) => headers[TIMESTAMP], { seconds: 300 })],
  sample: (url, random) => {
    const events = [{ sg_event_id: sampleId(random), event: 'delivered', ...sampleObject(random) }];
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: jsonBytes(events, random) };
  },
  sign: (request, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const signature = createSign('sha256').update(timestamp).update(request.body).sign(ecdsa.privateKey, 'base64');
    return { ...request, headers: { ...request.headers, [TIMESTAMP]: timestamp, [SIGNATURE]: signature } };
  },
  verify: ({ body, headers }) => webhook.verifySignature(publicKey, body, headers[SIGNATURE]!, headers[TIMESTAMP]!),
});
