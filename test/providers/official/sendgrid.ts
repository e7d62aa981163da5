import { createSign } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { bodyPart, headerPart } from '../flip.js';
import { ecdsa } from '../key-pairs.js';
import { official } from '../official-provider.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

const webhook = new EventWebhook();
const publicKey = webhook.convertPublicKeyToECDSA(ecdsa.publicBase64);

export const sendgrid = official({
  preset: 'sendgrid',
  name: '@sendgrid/eventwebhook',
  secrets: [ecdsa.publicBase64],
  signing: { privateKey: ecdsa.privatePem },
  signedBy: 'formula',
  parts: [bodyPart, headerPart(SIGNATURE), headerPart(TIMESTAMP)],
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
