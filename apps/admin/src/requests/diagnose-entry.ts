import type { AuthEntry } from '#engine';
import type { Json } from '#shared';
import {
  compileIpList,
  diagnoseSignature,
  isHeadersOnly,
  verifyBasic,
  verifySignature,
  verifyToken,
  type DiagnosisHint,
  type SignedMessage,
} from '#signatures';
import type { RequestDetail } from '#storage';
import { nameOf, resolveKnown, resolvePreset, type ResolvedPreset } from './resolve-preset.js';
import { secretHints, type KnownSecrets } from './secret-hints.js';

/** What one entry of `trigger.auth` says of a stored request. */
export interface EntryDiagnosis {
  type: string;
  /** Null for an entry without a preset. */
  provider: string | null;
  /** `not_decidable`: what it would need was masked or never read. */
  verdict: 'accepted' | 'refused' | 'not_decidable';
  reason: string | null;
  /** Of the secret that matched, where it is one template. */
  secretName: string | null;
  hints: DiagnosisHint[];
}

export interface DiagnosedRequest {
  request: RequestDetail;
  /** The public URL with the path and query as stored. */
  url: string;
  secrets: KnownSecrets;
}

type Finding = Pick<EntryDiagnosis, 'verdict' | 'reason'> & Partial<Pick<EntryDiagnosis, 'secretName' | 'hints'>>;
type TokenAuth = Extract<AuthEntry, { type: 'token' }>;
type BasicAuth = Extract<AuthEntry, { type: 'basic' }>;

const MASK = '***';
const MASKED_PARAMETER = /[?&][^=&]*=\*\*\*(?:&|$)/;

/** Decided without looking at the masked value. */
const TOLD_APART = new Set(['missing_signature', 'misconfigured', 'unknown_provider']);

const MISCONFIGURED: Finding = { verdict: 'refused', reason: 'misconfigured' };

const CREDENTIAL_MASKED: DiagnosisHint = {
  code: 'credential_masked',
  message: 'What was presented is a credential and was stored as ***: send it again to see whether it matches.',
};
const HEADERS_NOT_KEPT: DiagnosisHint = {
  code: 'headers_not_kept',
  message: 'The request was refused before its headers were known to be small, so they were not stored.',
};
const BODY_NOT_READ: DiagnosisHint = {
  code: 'body_not_read',
  message: 'The request was refused before its body was read, and the signature is over the body.',
};
const URL_MASKED: DiagnosisHint = {
  code: 'url_masked',
  message: 'The stored URL has its token parameters as ***: a signature over the URL cannot be verified again.',
};
const KEY_UNAVAILABLE: DiagnosisHint = {
  code: 'key_unavailable',
  message: 'The key stands behind a URL, and only gateways fetch keys: the verdict is theirs.',
};

/** Verifies a stored request again, as of its receipt, with the secrets there are now. Hints name secrets, never hold one. */
export async function diagnoseEntry(entry: AuthEntry, asked: DiagnosedRequest): Promise<EntryDiagnosis> {
  const { verdict, reason, secretName = null, hints = [] } = await findingOf(entry, asked);
  const { type, provider = null } = entry as { type: string; provider?: string };
  return { type, provider, verdict, reason, secretName, hints: [...secretHints(entry, asked.secrets), ...hints] };
}

function findingOf(entry: AuthEntry, asked: DiagnosedRequest): Finding | Promise<Finding> {
  if (entry.type === 'ip') return addressFinding(entry.allow, asked.request.ip);
  const { headers } = asked.request;
  if (headers === null) return { verdict: 'not_decidable', reason: null, hints: [HEADERS_NOT_KEPT] };
  if (entry.type === 'token') return tokenFinding(entry, headers, asked);
  if (entry.type === 'basic') return basicFinding(entry, headers, asked);
  return presetFinding(resolvePreset(entry, asked.secrets), headers, asked);
}

function addressFinding(allow: readonly string[], ip: string): Finding {
  if (isOnList(allow, ip)) return { verdict: 'accepted', reason: null };
  const message = `${ip} is on none of the ranges. Behind a proxy, TRUSTED_PROXIES must name it, or its own address counts.`;
  return { verdict: 'refused', reason: 'address_not_allowed', hints: [{ code: 'address_not_allowed', message }] };
}

/** As in the gateway, a list that cannot be read holds nobody. */
function isOnList(allow: readonly string[], ip: string): boolean {
  try {
    return compileIpList(allow).has(ip);
  } catch {
    return false;
  }
}

function tokenFinding(
  entry: TokenAuth,
  headers: Readonly<Record<string, string>>,
  { url, secrets }: DiagnosedRequest,
): Finding {
  const value = resolveKnown(entry.value, secrets);
  if (value === null) return MISCONFIGURED;
  const finding = presentedFinding(presentedToken(entry, headers, url), (presented) => verifyToken(value, presented));
  return finding.verdict === 'accepted' ? { ...finding, secretName: nameOf(entry.value) } : finding;
}

function basicFinding(
  { username, password }: BasicAuth,
  headers: Readonly<Record<string, string>>,
  { secrets }: DiagnosedRequest,
): Finding {
  const [name, word] = [resolveKnown(username, secrets), resolveKnown(password, secrets)];
  if (name === null || word === null) return MISCONFIGURED;
  const isRight = (presented: string) => verifyBasic({ username: name, password: word }, presented);
  const finding = presentedFinding(headers.authorization, isRight);
  return finding.verdict === 'accepted' ? { ...finding, secretName: nameOf(password) } : finding;
}

/** As the gateway finds it: a doubled parameter counts as none. */
function presentedToken(
  { header, query }: TokenAuth,
  headers: Readonly<Record<string, string>>,
  url: string,
): string | undefined {
  if (header !== undefined) return headers[header.toLowerCase()];
  const mark = url.indexOf('?');
  const values = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)).getAll(query ?? '');
  return values.length === 1 ? values[0] : undefined;
}

function presentedFinding(presented: string | undefined, isRight: (presented: string) => boolean): Finding {
  if (presented === undefined || presented === '') return { verdict: 'refused', reason: 'missing_credential' };
  if (presented.includes(MASK)) return { verdict: 'not_decidable', reason: null, hints: [CREDENTIAL_MASKED] };
  return isRight(presented) ? { verdict: 'accepted', reason: null } : { verdict: 'refused', reason: 'mismatch' };
}

async function presetFinding(
  { entry, names, isUsable }: ResolvedPreset,
  headers: Readonly<Record<string, string>>,
  { request, url: called }: DiagnosedRequest,
): Promise<Finding> {
  const isOfHeaders = isHeadersOnly(entry.provider);
  if (request.body === null && !isOfHeaders) {
    return { verdict: 'not_decidable', reason: null, hints: [BODY_NOT_READ] };
  }
  if (!isUsable) return MISCONFIGURED;
  const url = calledUrl(entry.options.url, called);
  const rawBody = request.body ?? Buffer.alloc(0);
  const message: SignedMessage = { method: request.method, url, headers, rawBody, now: request.receivedAt };
  const { verdict, hints } = await diagnoseSignature(entry, message, noKeys);
  if (!verdict.ok) return refusedFinding(verdict.reason, hints, { headers, url, isOfHeaders });
  const again = await verifySignature(entry, message, noKeys);
  const index = again.ok ? again.secretIndex : null;
  return { verdict: 'accepted', reason: null, secretName: index === null ? null : (names[index] ?? null), hints };
}

/** As the gateway takes it: the URL of the document, with the query that its sender added to it. */
function calledUrl(documented: Json | undefined, called: string): string {
  if (typeof documented !== 'string') return called;
  const mark = called.indexOf('?');
  if (mark < 0) return documented;
  const query = called.slice(mark + 1);
  const own = documented.indexOf('?');
  if (own < 0) return `${documented}?${query}`;
  return query.startsWith(`${documented.slice(own + 1)}&`) ? `${documented.slice(0, own)}?${query}` : documented;
}

function refusedFinding(
  reason: string,
  hints: readonly DiagnosisHint[],
  message: { headers: Readonly<Record<string, string>>; url: string; isOfHeaders: boolean },
): Finding {
  if (reason === 'key_unavailable') return { verdict: 'not_decidable', reason, hints: [...hints, KEY_UNAVAILABLE] };
  const isUrlMasked = MASKED_PARAMETER.test(message.url);
  const isMasked = isUrlMasked || Object.values(message.headers).some((value) => value.includes(MASK));
  if (message.isOfHeaders && isMasked && !TOLD_APART.has(reason)) {
    return { verdict: 'not_decidable', reason: null, hints: [CREDENTIAL_MASKED] };
  }
  return { verdict: 'refused', reason, hints: isUrlMasked ? [...hints, URL_MASKED] : [...hints] };
}

function noKeys(): Promise<null> {
  return Promise.resolve(null);
}
