import Stripe from 'stripe';
import { bodyPart, headerPart } from '../flip.js';
import { official } from '../official-provider.js';
import { bytesNotText, freshness, onHeader } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SECRET = 'whsec_4tyqXFSvcNBcpyNZHBCvoXeUMgXzWVXd';
const HEADER = 'stripe-signature';

const { webhooks } = new Stripe('sk_test_unused');

export const stripe = official({
  preset: 'stripe',
  name: 'stripe',
  secrets: [SECRET],
  signedBy: 'package',
  parts: [bodyPart, headerPart(HEADER)],
  stricter: [
    bytesNotText,
    freshness(({ headers }) => /t=([0-9]+)/.exec(headers[HEADER] ?? '')?.[1], { seconds: 300, side: 'future' }),
    onHeader(
      HEADER,
      /=[^,]*=|,[^tv]|,v(?![01]=)|[^!-~]|t=.*t=|t=(?![1-9][0-9]{9}(?:,|$))/,
      'The package takes each pair up to its second `=`, passes over what is none, takes the last of two times, and reads it with parseInt.',
    ),
  ],
  sample: (url, random) => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: jsonBytes({ id: sampleId(random, 'evt_'), object: 'event', data: sampleObject(random) }, random),
  }),
  sign: (request, now) => {
    const timestamp = Math.floor(now.getTime() / 1000);
    const header = webhooks.generateTestHeaderString({ payload: request.body.toString(), secret: SECRET, timestamp });
    return { ...request, headers: { ...request.headers, [HEADER]: header } };
  },
  // The clock is an argument in milliseconds; without it the package reads Date.
  verify: ({ body, headers }, now) =>
    webhooks.signature!.verifyHeader(body.toString(), headers[HEADER]!, SECRET, 300, undefined, now.getTime()),
});
