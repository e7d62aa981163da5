import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import type { MailRequest } from '#engine';
import { createMailSender, type MailSenderOptions } from './mail-sender.js';
import { smtpError, startSmtpServer, type RecordingSmtpServer } from '../testing/recording-smtp-server.js';
import { SMTP_CERTIFICATE } from '../testing/smtp-certificate.js';

const servers: { close(): unknown }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(options: SMTPServerOptions = {}): Promise<RecordingSmtpServer> {
  const server = await startSmtpServer(options);
  servers.push(server);
  return server;
}

/** A server whose every byte the test says: `lines` in order, one after each line of the client. */
async function startScripted(...lines: string[]): Promise<number> {
  const server: Server = createServer((socket) => {
    const script = [...lines];
    socket.on('error', () => undefined).write(`${script.shift()}\r\n`);
    socket.on('data', () => {
      const next = script.shift();
      if (next === undefined) socket.destroy();
      else socket.write(`${next}\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

interface Sending extends Partial<Omit<MailRequest, 'provider'>> {
  provider?: Partial<MailRequest['provider']>;
}

function mail(port: number, { provider, ...request }: Sending = {}): MailRequest {
  return {
    provider: { host: 'localhost', port, secure: false, auth: null, ...provider },
    from: 'Shop <shop@example.com>',
    to: ['ann@example.com'],
    cc: [],
    bcc: [],
    replyTo: null,
    subject: 'Grüße',
    text: 'Hello\n.\nWorld',
    html: null,
    messageKey: 'k1',
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    ...request,
  };
}

const PRIVATE: MailSenderOptions = {
  allowPrivate: ['127.0.0.0/8', '::1/128'],
  lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  ca: SMTP_CERTIFICATE,
};
const send = (request: MailRequest, options: MailSenderOptions = {}) =>
  createMailSender({ ...PRIVATE, ...options }).send(request);

describe('a mail', () => {
  it('arrives whole, blind copies unseen', async () => {
    const server = await start();
    const result = await send(
      mail(server.port, {
        cc: ['"B, Ob" <bob@example.com>'],
        bcc: ['eve@example.com', 'ann@example.com'],
        replyTo: 're@example.com',
        html: '<p>Hello</p>',
      }),
    );
    expect(result).toMatchObject({
      ok: true,
      result: { accepted: ['ann@example.com', 'bob@example.com', 'eve@example.com'], rejected: [] },
    });
    const [received] = server.mails;
    expect(received).toMatchObject({
      from: 'shop@example.com',
      to: ['ann@example.com', 'bob@example.com', 'eve@example.com'],
    });
    expect(received!.text).toContain('From: Shop <shop@example.com>');
    expect(received!.text).toContain('Cc: "B, Ob" <bob@example.com>');
    expect(received!.text).toContain('Reply-To: re@example.com');
    expect(received!.text).toMatch(/Subject: =\?UTF-8\?/);
    expect(received!.text).toContain('multipart/alternative');
    expect(received!.text).not.toContain('eve@example.com');
  });

  it('sent again carries the same Message-ID, another one another', async () => {
    const server = await start();
    for (const messageKey of ['k1', 'k1', 'k2']) await send(mail(server.port, { messageKey }));
    const ids = server.mails.map(({ text }) => /^Message-ID: (<[0-9a-f]{40}@example\.com>)\r$/m.exec(text)?.[1]);
    expect(ids[0]).toBeDefined();
    expect(ids).toEqual([ids[0], ids[0], ids[2]]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('reaches those whom the server takes, and names the others', async () => {
    const server = await start({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('no') ? done(smtpError(550, 'unknown')) : done(null),
    });
    const result = await send(mail(server.port, { to: ['ann@example.com', 'no@example.com'] }));
    expect(result).toMatchObject({ ok: true, result: { accepted: ['ann@example.com'], rejected: ['no@example.com'] } });
  });

  it('never reads a file or a URL, whatever stands in it', async () => {
    const server = await start();
    await send(mail(server.port, { text: '/etc/passwd', html: '<img src="file:///etc/passwd">' }));
    expect(server.mails[0]!.text).toContain('/etc/passwd');
    expect(server.mails[0]!.text).not.toContain('root:');
  });
});

describe('an encrypted connection', () => {
  it('is made by STARTTLS wherever the server can, and the login goes over it', async () => {
    const server = await start();
    const auth = { user: 'ann', pass: 'right' };
    expect(await send(mail(server.port, { provider: { auth } }))).toMatchObject({ ok: true });
    expect(server.mails).toMatchObject([{ secure: true, user: 'ann' }]);
  });

  it('is there from the start with secure', async () => {
    const server = await start({ secure: true });
    expect(await send(mail(server.port, { provider: { secure: true } }))).toMatchObject({ ok: true });
    expect(server.mails).toMatchObject([{ secure: true }]);
  });

  it('is held to the name of the host although an address is connected to', async () => {
    const server = await start();
    const known = await send(mail(server.port, { provider: { host: 'mail.example.com' } }));
    const other = await send(mail(server.port, { provider: { host: 'other.example.com' } }));
    expect(known).toMatchObject({ ok: true });
    expect(other).toMatchObject({ ok: false, code: 'tls', wasSent: false, permanent: true });
    expect(server.mails).toHaveLength(1);
  });

  it('is refused to a certificate that nobody vouches for', async () => {
    const server = await start();
    const result = await createMailSender({ allowPrivate: ['127.0.0.0/8'], lookup: PRIVATE.lookup! }).send(
      mail(server.port),
    );
    expect(result).toMatchObject({ ok: false, code: 'tls', wasSent: false });
    expect(server.mails).toEqual([]);
  });

  it('may be missing on a private network only', async () => {
    const server = await start({ hideSTARTTLS: true });
    expect(await send(mail(server.port))).toMatchObject({ ok: true });
    const port = await startScripted('220 hi', '250-hi\r\n250 AUTH PLAIN', '502 no STARTTLS');
    // One public address beside the private one: whoever answers, nothing is said in clear text.
    const lookup = async () => [
      { address: '127.0.0.1', family: 4 as const },
      { address: '93.184.215.14', family: 4 as const },
    ];
    const refused = await send(mail(port, { provider: { auth: { user: 'ann', pass: 'right' } } }), { lookup });
    expect(refused).toMatchObject({ ok: false, code: 'tls', wasSent: false, permanent: true });
  });
});

describe('the SSRF guard', () => {
  it('keeps mail away from private addresses', async () => {
    const server = await start();
    const guarded = createMailSender({ lookup: PRIVATE.lookup! });
    const byName = await guarded.send(mail(server.port));
    const byAddress = await guarded.send(mail(server.port, { provider: { host: '127.0.0.1' } }));
    for (const result of [byName, byAddress]) {
      expect(result).toMatchObject({ ok: false, code: 'blocked', wasSent: false, permanent: true });
    }
    expect(server.mails).toEqual([]);
  });

  it('is asked once: the name is never looked up again', async () => {
    const server = await start();
    let lookups = 0;
    const lookup = async () => [{ address: (lookups += 1) === 1 ? '127.0.0.1' : '127.0.0.9', family: 4 as const }];
    expect(await send(mail(server.port), { lookup })).toMatchObject({ ok: true });
    expect(lookups).toBe(1);
  });
});

describe('what cannot begin another header', () => {
  it.each<[Sending, string]>([
    [{ subject: 'Hi\r\nBcc: eve@example.com' }, 'invalid_subject'],
    [{ from: 'a@example.com\r\nBcc: eve@example.com' }, 'invalid_address'],
    [{ to: ['ann@example.com>\r\nRCPT TO:<eve@example.com'] }, 'invalid_address'],
    [{ to: ['ann@example.com, eve@example.com'] }, 'invalid_address'],
    [{ replyTo: 'a@example.com\nBcc: eve@example.com' }, 'invalid_address'],
  ])('is refused and no mail is sent: %j', async (request, code) => {
    const server = await start();
    expect(await send(mail(server.port, request))).toMatchObject({ ok: false, code, wasSent: false, permanent: true });
    expect(server.mails).toEqual([]);
  });

  it('is one mail when only the text holds it', async () => {
    const server = await start();
    await send(mail(server.port, { text: 'x\r\n.\r\nMAIL FROM:<eve@example.com>\r\nBcc: eve@example.com' }));
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]!.to).toEqual(['ann@example.com']);
  });

  it('is capped in number and size', async () => {
    const server = await start();
    const to = Array.from({ length: 4 }, (_, index) => `a${index}@example.com`);
    const many = await send(mail(server.port, { to }), { limits: { recipients: 3 } });
    expect(many).toMatchObject({ ok: false, code: 'too_many_recipients', permanent: true });
    const large = await send(mail(server.port, { text: 'x'.repeat(5_000) }), { limits: { message: 4_000 } });
    expect(large).toMatchObject({ ok: false, code: 'too_large', permanent: true });
    expect(server.mails).toEqual([]);
  });
});

describe('a failure', () => {
  it.each([
    [421, 'smtp_busy'],
    [450, 'smtp_busy'],
    [451, 'smtp_busy'],
    [452, 'smtp_busy'],
    [550, 'smtp_refused'],
    [554, 'smtp_refused'],
  ])('of the recipient with %i is certain', async (code, expected) => {
    const server = await start({ onRcptTo: (_address, _session, done) => done(smtpError(code, 'no\r\nreally')) });
    const result = await send(mail(server.port));
    expect(result).toMatchObject({ ok: false, code: expected, wasSent: false });
    expect('permanent' in result).toBe(code >= 500);
    expect((result as { message: string }).message).not.toMatch(/[\r\n]/);
  });

  it.each([
    [451, 'smtp_busy'],
    [552, 'smtp_refused'],
  ])('after the mail was handed over with %i is certain too', async (code, expected) => {
    const server = await start();
    server.onMail = () => ({ code, text: 'no room' });
    expect(await send(mail(server.port))).toMatchObject({ ok: false, code: expected, wasSent: false });
  });

  it('of the login is final when the password is wrong, and when there is no login', async () => {
    const server = await start();
    const auth = { user: 'ann', pass: 'wr0ng-password' };
    const wrong = await send(mail(server.port, { provider: { auth } }));
    expect(wrong).toMatchObject({ ok: false, code: 'login_refused', wasSent: false, permanent: true });
    expect(JSON.stringify(wrong)).not.toContain('wr0ng-password');
    const without = await start({ disabledCommands: ['AUTH'] });
    const none = await send(mail(without.port, { provider: { auth } }));
    expect(none).toMatchObject({ ok: false, code: 'login_not_offered', permanent: true });
    expect([...server.mails, ...without.mails]).toEqual([]);
  });

  it('is open when the connection is lost after the mail was handed over', async () => {
    const server = await start();
    server.onMail = () => null;
    const result = await send(mail(server.port));
    expect(result).toMatchObject({ ok: false, code: 'connection_lost', wasSent: 'unknown' });
    expect(result).not.toHaveProperty('permanent');
    expect(server.mails).toHaveLength(1);
  });

  it('is certain when the connection is lost before that', async () => {
    const port = await startScripted('220 hi', '250 hi', '250 sender', '250 recipient');
    expect(await send(mail(port))).toMatchObject({ ok: false, code: 'connect', wasSent: false });
    const silent = await startScripted('220 hi');
    expect(await send(mail(silent))).toMatchObject({ ok: false, code: 'connect', wasSent: false });
    expect(await send(mail(1))).toMatchObject({ ok: false, code: 'connect', wasSent: false });
    const lookup = async () => Promise.reject(new Error('getaddrinfo ENOTFOUND'));
    expect(await send(mail(25), { lookup })).toMatchObject({ ok: false, code: 'connect', wasSent: false });
  });

  it('comes in time from a server that says nothing', async () => {
    const port = await startScripted('220 hi', '250 hi', '250 sender', '250 recipient', '354 go on');
    const result = await send(mail(port, { timeoutMs: 5_000 }));
    expect(result).toMatchObject({ ok: false, wasSent: 'unknown' });
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    servers.push(mute);
    const late = await send(mail((mute.address() as AddressInfo).port, { timeoutMs: 100 }));
    expect(late).toMatchObject({ ok: false, code: 'timeout', wasSent: false });
  });

  it('is aborted when the execution is stopped', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    servers.push(mute);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const result = await send(mail((mute.address() as AddressInfo).port, { signal: stop.signal }));
    expect(result).toMatchObject({ ok: false, code: 'aborted', wasSent: false });
    const before = await send(mail(1, { signal: AbortSignal.abort() }));
    expect(before).toMatchObject({ ok: false, code: 'aborted', wasSent: false });
  });
});
