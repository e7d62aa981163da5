import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { MailRequest } from '../contract/ports.js';
import { parseMailAddress } from './mail-address.js';
import { fieldText } from './request-body.js';

/** What a mailer node says about the mail to send; values may be any JSON after rendering. */
export type MailMessageConfig = {
  from: Json;
  to: Json;
  cc?: Json;
  bcc?: Json;
  replyTo?: Json;
  subject?: Json;
  contentType?: 'text' | 'html';
  text?: Json;
  html?: Json;
};

export type MailMessage = Pick<MailRequest, 'from' | 'to' | 'cc' | 'bcc' | 'replyTo' | 'subject' | 'text' | 'html'>;

/**
 * Builds the mail of a rendered config: lists flattened, blanks removed. With `html` the text, when there is one, is what
 * clients without HTML show. Throws EngineError `invalid_address` or `invalid_subject`: nothing that could begin another
 * header gets any further.
 */
export function mailMessage(config: MailMessageConfig): MailMessage {
  const { text, html } = bodiesOf(config);
  const to = addresses('to', config.to);
  const cc = addresses('cc', config.cc);
  const bcc = addresses('bcc', config.bcc);
  if (to.length + cc.length + bcc.length === 0) {
    throw new EngineError('invalid_address', 'The mail has no recipient; give at least one in to, cc or bcc.');
  }
  const [from, ...others] = addresses('from', config.from);
  if (from === undefined || others.length > 0) throw new EngineError('invalid_address', 'Give one address in from.');
  const [replyTo = null] = addresses('replyTo', config.replyTo);
  return { from, to, cc, bcc, replyTo, subject: subjectOf(config.subject), text, html };
}

/** True when the config asks for an HTML mail: it says so, or gives only HTML. */
export function isHtmlMail({ contentType, html }: Pick<MailMessageConfig, 'contentType' | 'html'>): boolean {
  return contentType === undefined ? html !== undefined : contentType === 'html';
}

function bodiesOf(config: MailMessageConfig): { text: string | null; html: string | null } {
  const text = config.text === undefined ? null : fieldText(config.text);
  if (!isHtmlMail(config)) return { text: text ?? '', html: null };
  return { text, html: fieldText(config.html ?? null) };
}

function addresses(field: string, given: Json | undefined): string[] {
  return flatten(given).map((value, index) => {
    if (parseMailAddress(value) !== null) return value.trim();
    const hint = 'Give one address per entry, as a@b.c or Name <a@b.c>.';
    throw new EngineError('invalid_address', `${field}[${index}] is not an e-mail address. ${hint}`);
  });
}

function flatten(given: Json | undefined): string[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) return given.flatMap(flatten);
  // Only spaces may go: a line break around an address is a sign of an injection and is refused further on.
  const text = fieldText(given);
  return text.trim() === '' ? [] : [text.replace(/^ +| +$/g, '')];
}

function subjectOf(given: Json | undefined): string {
  const subject = fieldText(given ?? null);

  if (!/[\u0000-\u0008\u000a-\u001f\u007f\u0085\u2028\u2029]/.test(subject)) return subject;
  throw new EngineError('invalid_subject', 'The subject holds a line break or another control character; remove it.');
}
