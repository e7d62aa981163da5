import { equalInConstantTime } from '#shared';
import type {
  Handshake,
  HandshakeMatch,
  HandshakeOutcome,
  HandshakeReply,
  HandshakeToken,
  SignatureEntry,
  SignedMessage,
} from './contract.js';
import { findValue } from './find-value.js';
import { findJson } from './json-body.js';
import { isAllowedUrl } from './key-url.js';
import { findProvider } from './providers/index.js';

/** What is echoed is no longer; a challenge has some 20 to 100 characters. */
const MAX_ECHO = 1024;

/**
 * Bodies beyond this are no probes. Unsigned ones are read before anything is proven, so they have to be cheap to refuse;
 * real ones have a few hundred bytes.
 */
const MAX_PROBE_BYTES = 64 * 1024;

/** A delivered secret: 16 to 200 printable characters without spaces. */
const DELIVERED_SECRET = /^[\x21-\x7e]{16,200}$/;

const FORBIDDEN: HandshakeOutcome = { kind: 'refuse', why: 'forbidden' };
const MALFORMED: HandshakeOutcome = { kind: 'refuse', why: 'malformed' };

type Answer<K extends Handshake['answer']['kind']> = Extract<Handshake['answer'], { kind: K }>;

/**
 * What a preset answers to a probe; null when this message is none. `signed` is asked only after the signature was
 * verified; `unsigned` decides by its own proof. Never throws.
 * @param message with the body decrypted where the provider encrypts it
 */
export function findHandshake(
  entry: SignatureEntry,
  message: SignedMessage,
  stage: 'unsigned' | 'signed',
): HandshakeOutcome | null {
  const handshakes = findProvider(entry.provider)?.handshakes ?? [];
  const found = handshakes.find(
    ({ unsigned, match }) => unsigned === (stage === 'unsigned') && isMatch(match, message),
  );
  return found ? answerTo(found.answer, entry, message) : null;
}

/** Methods that a preset's handshakes use, which are let through gate 5 though the document does not list them. */
export function handshakeMethods(providerName: string): readonly string[] {
  const methods = findProvider(providerName)?.handshakes.flatMap(({ match }) => match.method ?? []) ?? [];
  return [...new Set(methods)];
}

function isMatch({ method, header, query, json }: HandshakeMatch, message: SignedMessage): boolean {
  if (method !== undefined && method !== message.method.toUpperCase()) return false;
  if (header && !isText(findValue({ header: header.name }, message), header.equals)) return false;
  if (query !== undefined && findValue({ query }, message) === null) return false;
  return !json || isMember(message.rawBody, json);
}

function isText(text: string | null, wanted: string | undefined): boolean {
  return text !== null && (wanted === undefined || text === wanted);
}

function isMember(body: Buffer, { path, equals, without }: NonNullable<HandshakeMatch['json']>): boolean {
  const found = body.length > MAX_PROBE_BYTES ? null : findJson(body, path);
  if (!found || (without !== undefined && findJson(body, without))) return false;
  if (equals === undefined) return true;
  const isSameKind = (typeof equals === 'string') === (found.kind === 'text');
  return isSameKind && 'text' in found && found.text === String(equals);
}

function answerTo(answer: Handshake['answer'], entry: SignatureEntry, message: SignedMessage): HandshakeOutcome {
  switch (answer.kind) {
    case 'fixed':
      return { kind: 'reply', reply: answer.reply };
    case 'echo':
      return echo(answer, entry, message);
    case 'decrypted-echo':
      return echoPlain(message.rawBody);
    case 'secret-delivery':
      return keepSecret(answer, entry, message);
    case 'confirm-subscription':
      return confirm(answer, message);
    case 'grant-origin':
      return grantOrigin(entry, message);
    default:
      return answer satisfies never;
  }
}

function echo({ value, as, token }: Answer<'echo'>, entry: SignatureEntry, message: SignedMessage): HandshakeOutcome {
  if (token && !isTokenRight(token, entry, message)) return FORBIDDEN;
  const text = findValue(value, message);
  if (text === null || text.length > MAX_ECHO) return MALFORMED;
  if (as === 'text') return replyText(text);
  const body = JSON.stringify({ [as.json]: text });
  return { kind: 'reply', reply: { status: 200, headers: headersOf('application/json'), body } };
}

/** The body is what the scheme decrypted: the signature was right, and so were padding and receiver. */
function echoPlain(body: Buffer): HandshakeOutcome {
  const text = body.toString('utf8');
  if (text === '' || !Buffer.from(text, 'utf8').equals(body)) return FORBIDDEN;
  return text.length > MAX_ECHO ? MALFORMED : replyText(text);
}

function isTokenRight({ value, option }: HandshakeToken, entry: SignatureEntry, message: SignedMessage): boolean {
  const configured = entry.options?.[option];
  const presented = findValue(value, message);
  if (typeof configured !== 'string' || configured.trim() === '') return false;
  return equalInConstantTime(configured, presented ?? '');
}

function keepSecret(
  { value }: Answer<'secret-delivery'>,
  entry: SignatureEntry,
  message: SignedMessage,
): HandshakeOutcome {
  const isAwaited = !entry.secrets.some((secret) => typeof secret === 'string' && secret.trim() !== '');
  if (!isAwaited) return FORBIDDEN;
  const text = findValue(value, message);
  if (text === null || !DELIVERED_SECRET.test(text)) return MALFORMED;
  return { kind: 'store-secret', value: text, reply: plainReply('ok') };
}

function confirm({ url, rule }: Answer<'confirm-subscription'>, message: SignedMessage): HandshakeOutcome {
  const text = findValue(url, message);
  if (text === null) return MALFORMED;
  return isAllowedUrl(text, rule) ? { kind: 'confirm', url: text, rule, reply: plainReply('ok') } : FORBIDDEN;
}

/**
 * CloudEvents' validation handshake: origins are DNS names, compared without case; a rate is granted only where one is
 * asked for, and then any.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md section 4
 */
function grantOrigin({ options = {} }: SignatureEntry, message: SignedMessage): HandshakeOutcome {
  const origin = findValue({ header: 'webhook-request-origin' }, message)?.toLowerCase();
  const allowed = Array.isArray(options.allowedOrigins) ? options.allowedOrigins : [];
  const names = allowed.filter((name) => typeof name === 'string' && name.trim() !== '') as string[];
  // The configured spelling is sent back, never the sender's text.
  const granted = names.includes('*') ? '*' : names.find((name) => name.toLowerCase() === origin);
  if (!origin || granted === undefined) return FORBIDDEN;
  const isRateAsked = findValue({ header: 'webhook-request-rate' }, message) !== null;
  const headers = {
    allow: 'POST',
    'webhook-allowed-origin': granted,
    ...(isRateAsked ? { 'webhook-allowed-rate': '*' } : {}),
  };
  return { kind: 'reply', reply: { status: 200, headers, body: '' } };
}

function replyText(text: string): HandshakeOutcome {
  return { kind: 'reply', reply: plainReply(text) };
}

function plainReply(body: string): HandshakeReply {
  return { status: 200, headers: headersOf('text/plain; charset=utf-8'), body };
}

/** What is echoed came from outside: no browser may take it for a page. */
function headersOf(contentType: string): Record<string, string> {
  return { 'content-type': contentType, 'x-content-type-options': 'nosniff' };
}
