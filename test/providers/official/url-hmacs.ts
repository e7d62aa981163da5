import { createHmac } from 'node:crypto';
import { Signature } from '@hubspot/api-client/lib/src/utils/signature.js';
import { WebhooksHelper } from 'square';
import { bodyPart, headerPart, queryPart } from '../flip.js';
import { official } from '../official-provider.js';
import { bytesNotText, freshness, onHeader } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

/* The providers that sign their URL with the body. */

const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const json = { 'content-type': 'application/json' };

export const square = official({
  preset: 'square',
  name: 'square',
  secrets: [SECRET],
  signedBy: 'formula',
  parts: [bodyPart, headerPart('x-square-hmacsha256-signature'), queryPart('store')],
  stricter: [bytesNotText],
  sample: (url, random) => {
    const event = { event_id: sampleId(random), type: 'payment.created', data: sampleObject(random) };
    return { method: 'POST', url: `${url}?store=${sampleId(random)}`, headers: json, body: jsonBytes(event, random) };
  },
  sign: (request) => {
    const digest = createHmac('sha256', SECRET).update(request.url).update(request.body).digest('base64');
    return { ...request, headers: { ...request.headers, 'x-square-hmacsha256-signature': digest } };
  },
  verify: ({ url, body, headers }) =>
    WebhooksHelper.verifySignature({
      requestBody: body.toString(),
      signatureHeader: headers['x-square-hmacsha256-signature']!,
      signatureKey: SECRET,
      notificationUrl: url,
    }),
});

export const hubspot = official({
  preset: 'hubspot',
  name: '@hubspot/api-client',
  secrets: [SECRET],
  signedBy: 'package',
  parts: [
    bodyPart,
    headerPart('x-hubspot-signature-v3'),
    headerPart('x-hubspot-request-timestamp'),
    queryPart('portal'),
  ],
  stricter: [
    bytesNotText,
    freshness(({ headers }) => headers['x-hubspot-request-timestamp'], { seconds: 300, side: 'future', unit: 'ms' }),
    onHeader(
      'x-hubspot-request-timestamp',
      /^(?![1-9][0-9]{12}$)/,
      'The package takes a number, which its users make of any spelling.',
    ),
  ],
  sample: (url, random, now) => {
    const event = { eventId: 1, subscriptionId: 2, occurredAt: now.getTime(), ...sampleObject(random) };
    const body = jsonBytes([{ ...event, objectId: sampleId(random) }], random);
    return { method: 'POST', url: `${url}?portal=${sampleId(random)}`, headers: json, body };
  },
  sign: (request, now) => {
    const { method, url } = request;
    const timestamp = now.getTime();
    const options = { url, requestBody: request.body.toString(), timestamp, clientSecret: SECRET, signature: '' };
    const signature = Signature.getSignature(method, 'v3', options);
    const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(timestamp) };
    return { ...request, headers: { ...request.headers, ...headers } };
  },
  verify: ({ method, url, body, headers }) =>
    Signature.isValid({
      method,
      url,
      signatureVersion: 'v3',
      requestBody: body.toString(),
      signature: headers['x-hubspot-signature-v3']!,
      timestamp: Number(headers['x-hubspot-request-timestamp']),
      clientSecret: SECRET,
    }),
});
