import { connect as connectSocket, isIP, type LookupFunction, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import SMTPConnection, { type SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import type { MailRequest } from '#engine';
import type { ResolvedAddress } from '#shared';
import type { MailSource } from './mail-source.js';

export interface SmtpSessionOptions {
  provider: MailRequest['provider'];
  /** The checked addresses of the provider's host: connections go to these only. */
  addresses: readonly ResolvedAddress[];
  /** Whether a connection that cannot be encrypted is refused before anything is said on it. */
  requireTls: boolean;
  /** Name said to the server; null, or one that is no domain: the name of this machine. */
  clientName: string | null;
  tls: Pick<ConnectionOptions, 'ca'>;
  timeoutMs: number;
}

/** `localhost` or an address would be taken for a lie; without a name nodemailer says what it can. */
const DOMAIN = /\.[a-z][a-z0-9-]*$/i;

/** The login cannot be made here, whatever the password. */
export class LoginNotOffered extends Error {
  override readonly name = 'LoginNotOffered';
}

/** One SMTP session for one mail. It ends with the mail, or with {@link end}. */
export class SmtpSession {
  /** The server has asked for the mail itself: from now on a lost connection leaves open whether it was taken. */
  handedOver = false;
  private readonly socket: Socket;
  private readonly connection: SMTPConnection;
  /** Rejects with the first fault of the connection, whatever is waited for. */
  private readonly broken: Promise<never>;

  constructor(private readonly options: SmtpSessionOptions) {
    const { provider, requireTls, clientName, tls, timeoutMs } = options;
    const { host, port, secure } = provider;
    this.socket = connectSocket({ host, port, lookup: pinnedLookup(options.addresses) });
    const servername = isIP(host) === 0 ? { servername: host } : {};
    this.connection = new SMTPConnection({
      host,
      port,
      secure,
      requireTLS: requireTls && !secure,
      connection: this.socket,
      tls: { ...tls, ...servername },
      ...(clientName !== null && DOMAIN.test(clientName) ? { name: clientName } : {}),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    });
    this.broken = new Promise<never>((_resolve, reject) => {
      this.socket.once('error', reject);
      this.connection.on('error', reject);
    });
    this.broken.catch(() => undefined);
  }

  /** Connects, encrypts, logs in and hands the mail over; rejects with the fault of whichever step. */
  async send(mail: MailSource): Promise<SMTPConnectionSendInfo> {
    await this.orBroken((done) => this.socket.once('connect', () => done(null)));
    await this.orBroken((done) => this.connection.connect((error) => done(error ?? null)));
    await this.login();
    const source = this.watched(mail.bytes);
    const envelope = { ...mail.envelope, size: mail.bytes.length };
    const info = await this.orBroken<SMTPConnectionSendInfo>((done) => this.connection.send(envelope, source, done));
    this.connection.quit();
    return info;
  }

  /** Closes the connection, whatever it is at. */
  end(): void {
    this.connection.close();
    if (this.connection.stage === 'init') this.socket.destroy();
  }

  private async login(): Promise<void> {
    const { auth } = this.options.provider;
    if (auth === null) return;
    if (!this.connection.allowsAuth) throw new LoginNotOffered('The server offers no login; leave auth out.');
    await this.orBroken((done) => this.connection.login({ credentials: auth }, (error) => done(error)));
  }

  /** It is read only once the server has said that it wants it. */
  private watched(bytes: Buffer): Readable {
    const source = new Readable({
      read: () => {
        this.handedOver = true;
        source.push(bytes);
        source.push(null);
      },
    });
    return source;
  }

  private orBroken<T = void>(step: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
    const stepped = new Promise<T>((resolve, reject) => {
      step((error, value) => (error === null ? resolve(value as T) : reject(error)));
    });
    return Promise.race([stepped, this.broken]);
  }
}

/** The name is never looked up again: what it resolves to a moment later cannot matter. */
function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    setImmediate(() => {
      if (all) callback(null, [...addresses]);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
