import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import MailComposer from 'nodemailer/lib/mail-composer';
import { parseMailAddress, type MailAddress, type MailRequest } from '#engine';
import { MailFault } from './mail-fault.js';

/** A mail as it goes over the wire. */
export interface MailSource {
  envelope: { from: string; to: string[] };
  messageId: string;
  bytes: Buffer;
}

/** What a mail may be at most. */
export interface MailLimits {
  /** Addresses of to, cc and bcc together. */
  recipients: number;
  /** Bytes of the whole mail, encoded. */
  message: number;
}

/**
 * Writes the mail: addresses read one by one, no file and no URL ever opened, the Message-ID made of the message key, so
 * that a mail sent twice is recognised as one. Rejects with {@link MailFault} for what must not be sent.
 */
export async function writeMail(request: MailRequest, limits: MailLimits): Promise<MailSource> {
  const from = mailbox(request.from);
  const [to, cc, bcc] = [request.to, request.cc, request.bcc].map((list) => list.map(mailbox)) as MailAddress[][];
  const recipients = [...new Set([...to!, ...cc!, ...bcc!].map(({ address }) => address))];
  checkRecipients(recipients.length, limits.recipients);

  if (/[\r\n\u0000]/.test(request.subject)) throw new MailFault('invalid_subject', 'The subject holds a line break.');
  const messageId = messageIdOf(request.messageKey, from.address);
  const composer = new MailComposer({
    from,
    to: to!,
    cc: cc!,
    ...(request.replyTo === null ? {} : { replyTo: mailbox(request.replyTo) }),
    subject: request.subject,
    ...(request.text === null ? {} : { text: request.text }),
    ...(request.html === null ? {} : { html: request.html }),
    messageId,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const bytes = await composer.compile().build();
  if (bytes.length > limits.message) {
    throw new MailFault('too_large', `The mail has ${bytes.length} bytes; at most ${limits.message} are sent.`);
  }
  return { envelope: { from: from.address, to: recipients }, messageId, bytes };
}

function checkRecipients(count: number, most: number): void {
  if (count === 0) throw new MailFault('invalid_address', 'The mail has no recipient.');
  if (count > most) {
    throw new MailFault('too_many_recipients', `The mail has ${count} recipients; MAIL_LIMITS allows ${most}.`);
  }
}

/** The node has checked what stands in a workflow; a channel's addresses come this way without it. */
function mailbox(text: string): MailAddress {
  const parsed = parseMailAddress(text);
  if (parsed !== null) return parsed;
  throw new MailFault('invalid_address', `${JSON.stringify(text.slice(0, 80))} is not one e-mail address.`);
}

function messageIdOf(messageKey: string, from: string): string {
  const domain = domainToASCII(from.slice(from.lastIndexOf('@') + 1));
  const id = createHash('sha256').update(messageKey).digest('hex').slice(0, 40);
  return `<${id}@${domain === '' ? 'hookmill.invalid' : domain}>`;
}
