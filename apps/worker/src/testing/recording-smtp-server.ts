import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { SMTP_CERTIFICATE, SMTP_KEY } from './smtp-certificate.js';

/** A mail as the server got it. */
export interface ReceivedMail {
  from: string;
  to: string[];
  text: string;
  secure: boolean;
  user: string | null;
}

/** A real SMTP server on 127.0.0.1 that keeps what it is sent and does as the test says. */
export interface RecordingSmtpServer {
  readonly port: number;
  mails: ReceivedMail[];
  /** Asked when a mail has arrived whole: an answer of the server, or null to break the connection without one. */
  onMail: (mail: ReceivedMail) => 'ok' | { code: number; text: string } | null;
  close(): Promise<void>;
}

export function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<RecordingSmtpServer> {
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    logger: false,
    key: SMTP_KEY,
    cert: SMTP_CERTIFICATE,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'ann' && password === 'right' ? done(null, { user: 'ann' }) : done(smtpError(535, 'go away')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail: ReceivedMail = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        };
        const verdict = recording.onMail(mail);
        if (verdict === 'ok' || verdict === null) recording.mails.push(mail);
        if (verdict === null) for (const socket of sockets) socket.destroy();
        else done(verdict === 'ok' ? null : smtpError(verdict.code, verdict.text));
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const recording: RecordingSmtpServer = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    onMail: () => 'ok',
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return recording;
}
