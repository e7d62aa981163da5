import type { BasicScheme, SchemeHandler } from '../contract.js';
import { parseBasicCredentials, verifyBasic } from './basic.js';
import { spendComparison } from './spend-comparison.js';

/** HTTP Basic, with secrets written `user:password`: decided before the body is read. */
export const basicHandler: SchemeHandler<BasicScheme> = {
  headersOnly: true,
  verify(_scheme, entry, { headers }) {
    const configured = entry.secrets.map(credentialsOf);
    const { authorization } = headers;
    if (configured.every((one) => one === null)) return refused('misconfigured');
    if (!authorization) return refused('missing_signature');
    if (!parseBasicCredentials(authorization)) return refused('malformed_signature');
    const matches = configured.map((one) => one !== null && verifyBasic(one, authorization));
    const secretIndex = matches.indexOf(true);
    return secretIndex < 0 ? { ok: false, reason: 'mismatch' } : { ok: true, secretIndex };
  },
  sign(_scheme, entry, request) {
    const secret = entry.secrets.find((text) => credentialsOf(text) !== null);
    if (secret === undefined) throw new Error('A basic entry signs with a secret written user:password.');
    const authorization = `Basic ${Buffer.from(secret, 'utf8').toString('base64')}`;
    return { ...request, headers: { ...request.headers, authorization } };
  },
};

function refused(reason: 'misconfigured' | 'missing_signature' | 'malformed_signature') {
  spendComparison(Buffer.alloc(0));
  return { ok: false as const, reason };
}

/** Null for a secret without name or password. */
function credentialsOf(secret: unknown): { username: string; password: string } | null {
  if (typeof secret !== 'string') return null;
  const at = secret.indexOf(':');
  const password = secret.slice(at + 1);
  return at > 0 && password.trim() !== '' ? { username: secret.slice(0, at), password } : null;
}
