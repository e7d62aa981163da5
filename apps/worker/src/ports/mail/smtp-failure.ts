import type { DeliveryResult } from '#engine';
import type { NodemailerError } from 'nodemailer/lib/errors.js';
import { BlockedTarget } from '#shared';
import { MailFault } from './mail-fault.js';
import { LoginNotOffered } from './smtp-session.js';

type Failure = Extract<DeliveryResult, { ok: false }>;

/** Ends a session from here: its own deadline, or the caller's signal. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';

  constructor(
    readonly code: 'timeout' | 'aborted',
    message: string,
  ) {
    super(message);
  }
}

/** Of OpenSSL and Node: a certificate that does not hold, or a peer that speaks no TLS. */
const TLS_CODES = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'MAIL FROM': 'The server refused the sender',
  'RCPT TO': 'The server refused the recipients',
  DATA: 'The server refused the mail',
};

/**
 * What became of a mail whose session failed. A reply of the server is certain: 4yz may be tried again, 5yz not (RFC 5321
 * 4.2.1). Without one the mail was not delivered as long as it was not `handedOver`; afterwards nobody knows.
 */
export function smtpFailure(error: Error, handedOver: boolean): Failure {
  if (error instanceof MailFault) return refusal(error.code, error.message);
  if (error instanceof BlockedTarget) return refusal('blocked', error.message);
  if (error instanceof LoginNotOffered) return refusal('login_not_offered', error.message);
  const wasSent = handedOver ? 'unknown' : false;
  if (error instanceof SessionEnded) {
    return { ok: false, code: error.code, message: error.message, wasSent, retryAfterMs: null };
  }
  return tlsFailure(error) ?? replyFailure(error) ?? connectionFailure(error, wasSent);
}

function refusal(code: string, message: string): Failure {
  return { ok: false, code, message, wasSent: false, retryAfterMs: null, permanent: true };
}

/** A connection that could not be encrypted; nothing but greetings were said on it. */
function tlsFailure({ code, originalCode, responseCode = 0, message }: NodemailerError): Failure | null {
  const isTls = code === 'ETLS' || (originalCode !== undefined && TLS_CODES.test(originalCode));
  if (!isTls) return null;
  const failure: Failure = {
    ok: false,
    code: 'tls',
    message: `No encrypted connection: ${oneLine(message)}`,
    wasSent: false,
    retryAfterMs: null,
  };
  return responseCode >= 500 || code !== 'ETLS' ? { ...failure, permanent: true } : failure;
}

/** Null when the server did not refuse: it said nothing, or something that makes no sense. */
function replyFailure(error: NodemailerError): Failure | null {
  const { responseCode = 0, response = '', command = '' } = error;
  if (responseCode < 400 || responseCode > 599) return null;
  const isLogin = error.code === 'EAUTH';
  const what = isLogin ? 'The server refused the login' : (DESCRIPTIONS[command] ?? 'The server refused');
  const message = `${what}: ${oneLine(response)}`;
  if (responseCode >= 500) return refusal(isLogin ? 'login_refused' : 'smtp_refused', message);
  return { ok: false, code: 'smtp_busy', message, wasSent: false, retryAfterMs: null };
}

function connectionFailure(error: NodemailerError, wasSent: false | 'unknown'): Failure {
  const message = oneLine(error.message === '' ? String(error.code ?? error.name) : error.message);
  const failure = { ok: false, message, wasSent, retryAfterMs: null } as const;
  if (wasSent === 'unknown') return { ...failure, code: 'connection_lost' };
  if (error.code === 'EMESSAGE') return refusal('too_large', message);
  if (error.code === 'EENVELOPE') return refusal('invalid_address', message);
  return { ...failure, code: 'connect', message: `No connection: ${message}` };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}
