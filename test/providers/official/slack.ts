import { createHmac } from 'node:crypto';
import { verifySlackRequest } from '@slack/bolt/dist/receivers/verify-request.js';
import { bodyPart, headerPart } from '../flip.js';
import { official } from '../official-provider.js';
import { bytesNotText, freshness, onHeader } from '../strictness.js';
import { jsonBytes, pick, sampleId, sampleObject } from '../sample-body.js';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

export const slack = official({
  preset: 'slack',
  name: '@slack/bolt',
  secrets: [SECRET],
  signedBy: 'formula',
  parts: [bodyPart, headerPart('x-slack-request-timestamp'), headerPart('x-slack-signature')],
  stricter: [
    bytesNotText,
    freshness(({ headers }) => headers['x-slack-request-timestamp'], { seconds: 300, side: 'future' }),
    onHeader('x-slack-signature', /=.*=/, 'The package takes a signature up to its second `=`.'),
  ],
  sample: (url, random) => {
    const event = { type: 'event_callback', event_id: sampleId(random, 'Ev'), event: sampleObject(random) };
    const json = {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: jsonBytes(event, random),
    };
    const form = new URLSearchParams({ payload: JSON.stringify(event) }).toString();
    return pick(
      [json, { ...json, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(form) }],
      random,
    );
  },
  sign: (request, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const digest = createHmac('sha256', SECRET).update(`v0:${timestamp}:`).update(request.body).digest('hex');
    const signature = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
    return { ...request, headers: { ...request.headers, ...signature } };
  },
  // The receiver of the package passes a number for the timestamp; a text that is none stays what it is.
  verify: ({ body, headers }, now) => {
    verifySlackRequest({
      signingSecret: SECRET,
      body: body.toString(),
      headers: {
        'x-slack-signature': headers['x-slack-signature']!,
        'x-slack-request-timestamp': headers['x-slack-request-timestamp'] as unknown as number,
      },
      nowMilliseconds: now.getTime(),
    });
    return true;
  },
});
