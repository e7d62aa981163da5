import type { ConnectionOptions } from 'node:tls';
import type { DeliveryResult, MailRequest, MailSender } from '#engine';
import { createSsrfGuard, isPublicAddress, type SsrfGuard, type SsrfGuardOptions } from '#shared';
import { writeMail, type MailLimits } from './mail/mail-source.js';
import { SessionEnded, smtpFailure } from './mail/smtp-failure.js';
import { SmtpSession, type SmtpSessionOptions } from './mail/smtp-session.js';

/** Defaults of `MAIL_LIMITS`: 100 recipients, 10 MB. */
export const MAIL_LIMITS: Readonly<MailLimits> = { recipients: 100, message: 10 * 1024 * 1024 };

export interface MailSenderOptions extends SsrfGuardOptions {
  limits?: Partial<MailLimits>;
  /** Name said to SMTP servers; some refuse one that is no domain. Default: the name of this machine. */
  clientName?: string | null;
  /** Certificates trusted besides those that Node trusts. */
  ca?: ConnectionOptions['ca'];
}

/**
 * Sends mail by SMTP, one connection a mail: the names of a workflow's servers are many and their mails few. Connections
 * go to an address that the SSRF guard has just checked. Certificates are always verified. Without `secure`, STARTTLS
 * comes before everything else and is demanded, so that nobody in between can talk login and mail into clear text; only
 * where every address of the host is private (HTTP_ALLOW_PRIVATE opened it) a server without it is taken as it is.
 *
 * `send` never rejects. Codes: `blocked`, `invalid_address`, `invalid_subject`, `too_many_recipients`, `too_large`,
 * `connect`, `tls`, `login_not_offered`, `login_refused`, `smtp_refused`, `smtp_busy`, `connection_lost`, `timeout`,
 * `aborted`. Throws when `allowPrivate` holds something that is no CIDR.
 */
export function createMailSender(options: MailSenderOptions = {}): MailSender {
  const guard = createSsrfGuard(options);
  const limits = { ...MAIL_LIMITS, ...options.limits };
  return {
    async send(request) {
      const attempt = new Attempt(request);
      try {
        const mail = await attempt.orEnded(writeMail(request, limits));
        const session = await sessionOptions(request, guard, options, attempt);
        return await attempt.send(session, mail);
      } catch (error) {
        return smtpFailure(error as Error, attempt.handedOver);
      } finally {
        attempt.close();
      }
    },
  };
}

async function sessionOptions(
  { provider, timeoutMs }: MailRequest,
  guard: SsrfGuard,
  { clientName = null, ca }: MailSenderOptions,
  attempt: Attempt,
): Promise<SmtpSessionOptions> {
  const addresses = await attempt.orEnded(guard.resolve(provider.host));
  const requireTls = addresses.some(({ address }) => isPublicAddress(address));
  return { provider, addresses, requireTls, clientName, tls: ca === undefined ? {} : { ca }, timeoutMs };
}

/** One try to send one mail, with its deadline and the caller's signal. */
class Attempt {
  private session: SmtpSession | null = null;
  private readonly timer: NodeJS.Timeout;
  private readonly ended: Promise<never>;
  private end!: (reason: SessionEnded) => void;
  private readonly abort = (): void => this.end(new SessionEnded('aborted', 'The sending was stopped.'));

  constructor(private readonly request: MailRequest) {
    this.ended = new Promise<never>((_resolve, reject) => (this.end = reject));
    this.ended.catch(() => undefined);
    const { signal, timeoutMs } = request;
    const late = new SessionEnded('timeout', `The server did not take the mail within ${timeoutMs} ms.`);
    this.timer = setTimeout(() => this.end(late), timeoutMs);
    if (signal.aborted) this.abort();
    signal.addEventListener('abort', this.abort, { once: true });
  }

  get handedOver(): boolean {
    return this.session?.handedOver ?? false;
  }

  orEnded<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return Promise.race([this.ended, work]);
  }

  async send(options: SmtpSessionOptions, mail: Awaited<ReturnType<typeof writeMail>>): Promise<DeliveryResult> {
    this.session = new SmtpSession(options);
    const { accepted, rejected, response } = await this.orEnded(this.session.send(mail));
    return { ok: true, result: { messageId: mail.messageId, accepted, rejected, response } };
  }

  close(): void {
    clearTimeout(this.timer);
    this.request.signal.removeEventListener('abort', this.abort);
    this.session?.end();
  }
}
