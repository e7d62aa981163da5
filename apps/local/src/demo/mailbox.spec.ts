import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { startMailbox } from './mailbox.js';
import type { Mailbox } from './mailbox.js';

const LOGIN = { user: 'desk', password: 'right' };

describe('the mail server of the demo', () => {
  let mailbox: Mailbox;
  beforeEach(async () => {
    mailbox = await startMailbox(LOGIN);
  });
  afterEach(() => mailbox.close());

  function send(mail: { to: string[]; subject?: string; text?: string }, auth?: { user: string; pass: string }) {
    const transport = createTransport({ host: '127.0.0.1', port: mailbox.port, secure: false, ...(auth && { auth }) });
    return transport.sendMail({ from: 'Desk <desk@example.com>', ...mail });
  }

  it('keeps a mail as it was sent, lines of a dot included', async () => {
    const subject = `A subject that is ${'so '.repeat(30)}long that it is folded`;
    const mail = { to: ['ann@example.com', 'bob@example.com'], subject, text: 'Hello\n.\n..\nend' };
    await send(mail, { user: 'desk', pass: 'right' });
    expect(mailbox.mails).toEqual([
      { from: 'desk@example.com', to: mail.to, subject, text: expect.stringContaining('Hello\n.\n..\nend') },
    ]);
  });

  it('takes several mails, each alone', async () => {
    for (const to of ['ann@example.com', 'bob@example.com']) {
      await send({ to: [to], subject: to, text: 'x' }, { user: 'desk', pass: 'right' });
    }
    expect(mailbox.mails.map(({ to, subject }) => [to, subject])).toEqual([
      [['ann@example.com'], 'ann@example.com'],
      [['bob@example.com'], 'bob@example.com'],
    ]);
  });

  it('refuses who has not logged in', async () => {
    await expect(send({ to: ['ann@example.com'] }, { user: 'desk', pass: 'guessed' })).rejects.toThrow('535');
    await expect(send({ to: ['ann@example.com'] })).rejects.toThrow('530');
    expect(mailbox.mails).toEqual([]);
  });
});
