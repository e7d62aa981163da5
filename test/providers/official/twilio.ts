import { parse } from 'node:querystring';
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateIncomingRequest,
} from 'twilio/lib/webhooks/webhooks.js';
import type { UnsignedRequest } from '#signatures';
import { betweenPart, bodyPart, headerPart, queryPart } from '../flip.js';
import { bytesNotText, onChange } from '../strictness.js';
import { official, type SignedPart } from '../official-provider.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const TOKEN = '12345';
const HEADER = 'x-twilio-signature';

const isForm = ({ headers }: UnsignedRequest): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;

/**
 * As express.urlencoded gives it; a body of another type is not parsed. Lists are made anew: those of Node's own modules
 * are no `Array` to a package that Jest loaded.
 */
function formOf(request: UnsignedRequest): Record<string, string | string[]> {
  const parsed = isForm(request) ? Object.entries(parse(request.body.toString())) : [];
  return Object.fromEntries(
    parsed.map(([name, value]) => [name, typeof value === 'string' ? value : [...(value ?? [])]]),
  );
}

const callSid = betweenPart('field CallSid', 'CallSid=', '&');

/** Of a form one field: the digits of its escapes mean the same in both cases. */
const content: SignedPart = {
  name: 'body',
  flip: (request, random) => (isForm(request) ? callSid : bodyPart).flip(request, random),
};

export const twilio = official({
  preset: 'twilio',
  name: 'twilio',
  secrets: [TOKEN],
  signedBy: 'package',
  parts: [content, headerPart(HEADER), queryPart('flow')],
  stricter: [
    bytesNotText,
    {
      why: 'The package takes whatever follows the host for its port.',
      when: ({ request }) => !URL.canParse(request.url),
    },
    onChange(
      /^url: (an empty query|a host of another case|a parameter more)/,
      'When the URL as called does not fit, the package tries other spellings of it: parsed and written anew.',
    ),
  ],
  sample: (url, random) => {
    const body = jsonBytes(sampleObject(random), random);
    const token = { 'i-twilio-idempotency-token': sampleId(random) };
    const target = `${url}?flow=${sampleId(random)}`;
    if (random() < 0.3) {
      const hashed = `${target}&bodySHA256=${getExpectedBodyHash(body.toString())}`;
      return { method: 'POST', url: hashed, headers: { 'content-type': 'application/json', ...token }, body };
    }
    const form = new URLSearchParams({
      CallSid: sampleId(random, 'CA'),
      To: '+18005551212',
      Digits: '12 34',
      Note: 'ñ',
    });
    if (random() < 0.5) ['a', 'b'].forEach((value) => form.append('Media', value));
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', ...token };
    return { method: 'POST', url: target, headers, body: Buffer.from(form.toString()) };
  },
  sign: (request) => {
    const signature = getExpectedTwilioSignature(TOKEN, request.url, formOf(request));
    return { ...request, headers: { ...request.headers, [HEADER]: signature } };
  },
  verify: (request) => {
    const seen = {
      header: (name: string) => request.headers[name.toLowerCase()],
      body: formOf(request),
      rawBody: request.body.toString(),
    };
    const options = { url: request.url };
    return validateIncomingRequest(seen as unknown as Parameters<typeof validateIncomingRequest>[0], TOKEN, options);
  },
});
