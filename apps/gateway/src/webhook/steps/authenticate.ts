import { findProvider, verifyBasic, verifyToken, type SignatureVerdict } from '#signatures';
import type { HeaderCheck, PresetCheck, ResolvedAuth } from '../auth-checks.js';
import type { GatewayServices } from '../gateway-services.js';
import { Refusal } from '../refusal.js';
import { signedMessage } from '../signed-message.js';
import { noteSecret, verifyEntry } from '../verify-entry.js';
import type { WebhookRequest } from '../webhook-request.js';

type Credential = Exclude<HeaderCheck, { kind: 'preset' }>;

const NO_BODY = Buffer.alloc(0);
const BASIC = 'Basic realm="webhook", charset="UTF-8"';
const BEARER = 'Bearer realm="webhook"';

/**
 * Gate 9: what headers, method and URL alone can prove, before a byte of the body is read. Every entry must pass; a
 * secret that cannot be resolved passes nobody. At once unless a key has to be fetched.
 * @throws Refusal unauthorized, or rejects with it
 */
export function authenticate(
  request: WebhookRequest,
  { headerChecks }: ResolvedAuth,
  services: Pick<GatewayServices, 'publicUrl' | 'keys'>,
): void | Promise<void> {
  return checkFrom(0, request, headerChecks, services);
}

function checkFrom(
  first: number,
  request: WebhookRequest,
  checks: readonly HeaderCheck[],
  services: Pick<GatewayServices, 'publicUrl' | 'keys'>,
): void | Promise<void> {
  for (let at = first; at < checks.length; at += 1) {
    const check = checks[at]!;
    if (check.kind !== 'preset') {
      requireCredential(request, check);
      continue;
    }
    const message = signedMessage(request, check.check, NO_BODY, services.publicUrl());
    const verdict = verifyEntry(check.check, message, services.keys.fetchKey);
    if (verdict instanceof Promise) {
      return verdict.then((later) => {
        settle(request, check.check, later);
        return checkFrom(at + 1, request, checks, services);
      });
    }
    settle(request, check.check, verdict);
  }
}

function settle(request: WebhookRequest, check: PresetCheck, verdict: SignatureVerdict): void {
  // A token's own id is no event's: it covers no body, and its sender may use it for every event until it is over.
  if (verdict.ok) noteSecret(request, check, verdict.secretIndex);
  else throw new Refusal('unauthorized', { ...challengeOf(check.entry.provider), why: verdict.reason });
}

/** RFC 9110 11.6.1: a 401 says how to authenticate, where HTTP has a word for it. */
function challengeOf(provider: string): { headers?: Record<string, string> } {
  const kind = findProvider(provider)?.scheme.kind;
  if (kind === 'basic') return { headers: { 'www-authenticate': BASIC } };
  return kind === 'jwt' ? { headers: { 'www-authenticate': BEARER } } : {};
}

function requireCredential(request: WebhookRequest, check: Credential): void {
  if (check.kind === 'token') requireToken(request, check);
  else requireBasic(request, check);
  request.known.secretName = check.secretName;
}

function requireToken(request: WebhookRequest, check: Extract<Credential, { kind: 'token' }>): void {
  if (check.value === null) throw new Refusal('unauthorized', { why: 'misconfigured' });
  if (!verifyToken(check.value, presentedToken(request, check))) throw new Refusal('unauthorized', { why: 'token' });
}

function requireBasic(request: WebhookRequest, check: Extract<Credential, { kind: 'basic' }>): void {
  const { username, password } = check;
  const headers = { 'www-authenticate': BASIC };
  if (username === null || password === null) throw new Refusal('unauthorized', { headers, why: 'misconfigured' });
  const isRight = verifyBasic({ username, password }, request.headers.values.authorization);
  if (!isRight) throw new Refusal('unauthorized', { headers, why: 'basic' });
}

/** A doubled parameter is as ambiguous as a doubled header and counts as none. */
function presentedToken(
  request: WebhookRequest,
  { header, query }: Extract<Credential, { kind: 'token' }>,
): string | undefined {
  if (header !== null) return request.headers.values[header];
  const values = new URLSearchParams(request.query).getAll(query ?? '');
  return values.length === 1 ? values[0] : undefined;
}
