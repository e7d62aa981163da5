import { createHmac, type BinaryToTextEncoding } from 'node:crypto';
import { validateSignature } from '@line/bot-sdk';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { signWebhookPayload, verifyWebhookSignature } from '@notionhq/client/build/src/webhooks.js';
import { validateWebhookSignature } from 'razorpay/dist/utils/razorpay-utils.js';
import { bodyPart, headerPart } from '../flip.js';
import { official } from '../official-provider.js';
import { bytesNotText, canonicalBase64, onHeader } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

/* The providers whose signature is an HMAC-SHA256 of the body alone, in a header of its own. */

const SECRET = 'a secret of 32 characters, or so';
const json = { 'content-type': 'application/json' };

const digest = (body: Buffer, encoding: BinaryToTextEncoding): string =>
  createHmac('sha256', SECRET).update(body).digest(encoding);

export const line = official({
  preset: 'line',
  name: '@line/bot-sdk',
  secrets: [SECRET],
  signedBy: 'formula',
  parts: [bodyPart, headerPart('x-line-signature')],
  stricter: [canonicalBase64(({ headers }) => headers['x-line-signature'])],
  sample: (url, random) => {
    const events = [{ type: 'message', webhookEventId: sampleId(random), message: sampleObject(random) }];
    return { method: 'POST', url, headers: json, body: jsonBytes({ destination: 'U1', events }, random) };
  },
  sign: (request) => ({
    ...request,
    headers: { ...request.headers, 'x-line-signature': digest(request.body, 'base64') },
  }),
  verify: ({ body, headers }) => validateSignature(body, SECRET, headers['x-line-signature']!),
});

const linearClient = new LinearWebhookClient(SECRET);

export const linear = official({
  preset: 'linear',
  name: '@linear/sdk',
  secrets: [SECRET],
  signedBy: 'formula',
  parts: [bodyPart, headerPart('linear-signature')],
  sample: (url, random, now) => {
    const event = { action: 'create', webhookTimestamp: now.getTime(), data: sampleObject(random) };
    const headers = { ...json, 'linear-delivery': sampleId(random), 'linear-event': 'Issue' };
    return { method: 'POST', url, headers, body: jsonBytes(event, random) };
  },
  sign: (request) => ({
    ...request,
    headers: { ...request.headers, 'linear-signature': digest(request.body, 'hex') },
  }),
  verify: ({ body, headers }) => linearClient.verify(body, headers['linear-signature']!),
});

export const notion = official({
  preset: 'notion',
  name: '@notionhq/client',
  secrets: [SECRET],
  signedBy: 'package',
  parts: [bodyPart, headerPart('x-notion-signature')],
  stricter: [onHeader('x-notion-signature', /[A-F]/, 'The package takes both cases; Notion writes lower case.')],
  sample: (url, random) => {
    const event = { id: sampleId(random), type: 'page.created', data: sampleObject(random) };
    return { method: 'POST', url, headers: json, body: jsonBytes(event, random) };
  },
  sign: async (request) => ({
    ...request,
    headers: {
      ...request.headers,
      'x-notion-signature': await signWebhookPayload({ body: request.body, verificationToken: SECRET }),
    },
  }),
  verify: ({ body, headers }) =>
    verifyWebhookSignature({ body, signature: headers['x-notion-signature']!, verificationToken: SECRET }),
});

export const razorpay = official({
  preset: 'razorpay',
  name: 'razorpay',
  secrets: [SECRET],
  signedBy: 'formula',
  parts: [bodyPart, headerPart('x-razorpay-signature')],
  stricter: [bytesNotText],
  sample: (url, random) => {
    const headers = { ...json, 'x-razorpay-event-id': sampleId(random) };
    const event = { event: 'payment.captured', payload: sampleObject(random) };
    return { method: 'POST', url, headers, body: jsonBytes(event, random) };
  },
  sign: (request) => ({
    ...request,
    headers: { ...request.headers, 'x-razorpay-signature': digest(request.body, 'hex') },
  }),
  verify: ({ body, headers }) => validateWebhookSignature(body.toString(), headers['x-razorpay-signature']!, SECRET),
});
