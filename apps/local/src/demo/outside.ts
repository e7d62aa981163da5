import { randomBytes } from 'node:crypto';
import { startCallReceiver } from './call-receiver.js';
import type { ReceivedCall } from './call-receiver.js';
import { startMailbox } from './mailbox.js';
import type { ReceivedMail } from './mailbox.js';

/** The services that the examples talk to, played by this process on 127.0.0.1. */
export interface Outside {
  /** The secrets by which the examples find them. */
  secrets: Record<string, string>;
  /** What arrived since the last time it was asked. */
  take(): { mails: ReceivedMail[]; calls: ReceivedCall[] };
  close(): Promise<void>;
}

/** What the workers must be allowed for it: they do not call into private networks else. */
export const OUTSIDE_NETWORK = '127.0.0.0/8';

/** Starts a mail server, and a receiver of HTTP calls with the paths `/deploy` and `/team`. */
export async function startOutside(): Promise<Outside> {
  const login = { user: 'registration-desk', password: randomBytes(16).toString('hex') };
  const mailbox = await startMailbox(login);
  const receiver = await startCallReceiver();
  return {
    secrets: {
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(mailbox.port),
      SMTP_USER: login.user,
      SMTP_PASSWORD: login.password,
      DEPLOY_URL: `${receiver.url}/deploy`,
      TEAM_WEBHOOK_URL: `${receiver.url}/team`,
    },
    take: () => ({ mails: mailbox.mails.splice(0), calls: receiver.calls.splice(0) }),
    close: async () => void (await Promise.all([mailbox.close(), receiver.close()])),
  };
}
