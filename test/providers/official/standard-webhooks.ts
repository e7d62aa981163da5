import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { bodyPart, headerPart } from '../flip.js';
import { official, type OfficialProvider, type SignedPart } from '../official-provider.js';
import { bytesNotText, onHeader } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

type Library = Pick<Webhook, 'sign' | 'verify'>;

/** One package of the family with the header names of one sender. */
function family(preset: string, name: string, prefix: string, library: Library): OfficialProvider {
  const names = { id: `${prefix}-id`, timestamp: `${prefix}-timestamp`, signature: `${prefix}-signature` };
  const parts: SignedPart[] = [bodyPart, ...Object.values(names).map((header) => headerPart(header))];
  return official({
    preset,
    name,
    secrets: [SECRET],
    signedBy: 'package',
    parts,
    sample: (url, random) => ({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', [names.id]: sampleId(random, 'msg_') },
      body: jsonBytes({ type: 'invoice.paid', data: sampleObject(random) }, random),
    }),
    sign: (request, now) => ({
      ...request,
      headers: {
        ...request.headers,
        [names.timestamp]: String(Math.floor(now.getTime() / 1000)),
        [names.signature]: library.sign(request.headers[names.id]!, now, request.body.toString()),
      },
    }),
    verify: ({ body, headers }) => {
      library.verify(body.toString(), headers);
      return true;
    },
    stricter: [
      bytesNotText,
      onHeader(
        names.timestamp,
        /^(?![1-9][0-9]{9}$)/,
        'The package reads the time with parseInt and signs what that gives.',
      ),
      onHeader(
        names.signature,
        /, |,$|,[^ ]*,|[^ -~]/,
        'The package passes over what two headers joined to one look like, commas after a signature, and signatures that are none.',
      ),
    ],
  });
}

export const standardWebhooks: readonly OfficialProvider[] = [
  family('standard-webhooks', 'standardwebhooks', 'webhook', new Webhook(SECRET)),
  family('gitlab-signing', 'standardwebhooks', 'webhook', new Webhook(SECRET)),
  family('svix', 'svix', 'svix', new SvixWebhook(SECRET) as Library),
];
