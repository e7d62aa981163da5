import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail as it arrived. */
export interface ReceivedMail {
  from: string;
  to: string[];
  subject: string;
  /** What follows the header, as it was sent. */
  text: string;
}

/** A mail server of the demo. */
export interface Mailbox {
  port: number;
  mails: ReceivedMail[];
  close(): Promise<void>;
}

export interface MailLogin {
  user: string;
  password: string;
}

/** One connection: who has logged in, and the mail that is being handed over. */
interface Session {
  isKnown: boolean;
  from: string;
  to: string[];
  /** Lines of the mail; null while commands are read. */
  lines: string[] | null;
}

/** Answers a command of a session; the argument is what follows its name. */
type Command = (argument: string, session: Session) => string;

/**
 * An SMTP server (RFC 5321, with AUTH PLAIN) on a free port of 127.0.0.1 that keeps what it is sent. These few commands
 * are our own, because a package that serves SMTP would be in every image, for the demo alone.
 */
export async function startMailbox(login: MailLogin): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, commandsFor(login), (mail) => mails.push(mail));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, commands: ReadonlyMap<string, Command>, keep: (mail: ReceivedMail) => void): void {
  const session: Session = { isKnown: false, from: '', to: [], lines: null };
  const say = (answer: string) => void socket.write(`${answer}\r\n`);
  say('220 localhost ESMTP');
  createInterface({ input: socket }).on('line', (line) => {
    if (session.lines === null) {
      const [name = '', ...rest] = line.split(' ');
      const command = commands.get(name.toUpperCase());
      say(command ? command(rest.join(' '), session) : '502 Command not implemented');
      if (name.toUpperCase() === 'QUIT') socket.end();
    } else if (line === '.') {
      keep(mailOf(session, session.lines));
      forget(session);
      say('250 Kept');
    } else {
      // The sender doubles a dot at the start of a line (4.5.2).
      session.lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  });
}

function commandsFor({ user, password }: MailLogin): ReadonlyMap<string, Command> {
  const credentials = Buffer.from(`\0${user}\0${password}`).toString('base64');
  const reset: Command = (_argument, session) => {
    forget(session);
    return '250 OK';
  };
  return new Map<string, Command>([
    ['EHLO', () => '250-localhost\r\n250-AUTH PLAIN\r\n250 8BITMIME'],
    ['HELO', () => '250 localhost'],
    [
      'AUTH',
      (argument, session) => {
        session.isKnown = argument === `PLAIN ${credentials}`;
        return session.isKnown ? '235 Welcome' : '535 Wrong user or password';
      },
    ],
    [
      'MAIL',
      (argument, session) => {
        if (!session.isKnown) return '530 Log in first';
        session.from = addressIn(argument);
        return '250 OK';
      },
    ],
    [
      'RCPT',
      (argument, session) => {
        if (session.from === '') return '503 Say MAIL first';
        session.to.push(addressIn(argument));
        return '250 OK';
      },
    ],
    [
      'DATA',
      (_argument, session) => {
        if (session.to.length === 0) return '503 Say RCPT first';
        session.lines = [];
        return '354 Go on';
      },
    ],
    ['RSET', reset],
    ['NOOP', () => '250 OK'],
    ['QUIT', () => '221 Bye'],
  ]);
}

function forget(session: Session): void {
  Object.assign(session, { from: '', to: [], lines: null });
}

/** `FROM:<a@b.c> SIZE=1`. */
function addressIn(argument: string): string {
  return /<([^>]*)>/.exec(argument)?.[1] ?? '';
}

function mailOf({ from, to }: Session, lines: readonly string[]): ReceivedMail {
  const end = lines.indexOf('');
  // A header that goes on in the next line begins there with a blank.
  const header = lines
    .slice(0, end)
    .join('\n')
    .replace(/\n[ \t]/g, ' ');
  const subject = /^subject: (.*)$/im.exec(header)?.[1] ?? '';
  return { from, to, subject, text: lines.slice(end + 1).join('\n') };
}
