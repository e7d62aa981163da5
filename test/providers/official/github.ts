import { Webhooks } from '@octokit/webhooks';
import { sign, verify } from '@octokit/webhooks-methods';
import { bodyPart, headerPart } from '../flip.js';
import { official, type OfficialProvider } from '../official-provider.js';
import { bytesNotText } from '../strictness.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const SECRET = "It's a Secret to Everybody";
const HEADER = 'x-hub-signature-256';

const shared: Pick<OfficialProvider, 'stricter' | 'preset' | 'secrets' | 'signedBy' | 'sample' | 'parts'> = {
  preset: 'github',
  secrets: [SECRET],
  signedBy: 'package',
  stricter: [bytesNotText],
  sample: (url, random) => ({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': sampleId(random, 'delivery-'),
    },
    body: jsonBytes({ ref: 'refs/heads/main', ...sampleObject(random) }, random),
  }),
  parts: [bodyPart, headerPart(HEADER)],
};

/** What the apps of Octokit receive with. */
const webhooks = new Webhooks({ secret: SECRET });

export const github: readonly OfficialProvider[] = [
  official({
    ...shared,
    name: '@octokit/webhooks-methods',
    sign: async (request) => ({
      ...request,
      headers: { ...request.headers, [HEADER]: await sign(SECRET, request.body.toString()) },
    }),
    verify: (request) => verify(SECRET, request.body.toString(), request.headers[HEADER]!),
  }),
  official({
    ...shared,
    name: '@octokit/webhooks',
    sign: async (request) => ({
      ...request,
      headers: { ...request.headers, [HEADER]: await webhooks.sign(request.body.toString()) },
    }),
    verify: (request) => webhooks.verify(request.body.toString(), request.headers[HEADER]!),
  }),
];
