import { jwtVerify, SignJWT } from 'jose';
import { headerPart } from '../flip.js';
import { rsa } from '../key-pairs.js';
import { canonicalBase64url, onChange } from '../strictness.js';
import { official } from '../official-provider.js';
import { jsonBytes, sampleId, sampleObject } from '../sample-body.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'hookmill';

export const jwt = official({
  preset: 'jwt',
  name: 'jose',
  options: { algorithms: ['RS256'], publicKey: rsa.publicPem, issuer: ISSUER, audience: AUDIENCE },
  signing: { privateKey: rsa.privatePem },
  signedBy: 'package',
  // The body is no part of what a bearer token proves.
  parts: [headerPart('authorization')],
  stricter: [
    onChange(
      /^clock -\d{3,}|^clock -61/,
      'The package does not look at `iat`; a token of the future is none of its issuer.',
    ),
    onChange(/authorization: a space/, 'The package skips white space in base64url; RFC 7515 has none.'),
    canonicalBase64url(({ headers }) => headers['authorization']?.split('.').at(-1)),
  ],
  sample: (url, random) => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', 'x-request-id': sampleId(random) },
    body: jsonBytes(sampleObject(random), random),
  }),
  sign: async (request, now) => {
    const seconds = Math.floor(now.getTime() / 1000);
    const token = await new SignJWT({ jti: request.headers['x-request-id']! })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 300)
      .sign(rsa.privateKey);
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
  },
  verify: async ({ headers }, now) => {
    const [, token] = /^bearer +([^ ]+)$/i.exec(headers['authorization'] ?? '') ?? [];
    const options = { algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE, clockTolerance: 60, currentDate: now };
    await jwtVerify(token!, rsa.publicKey, options);
    return true;
  },
});
