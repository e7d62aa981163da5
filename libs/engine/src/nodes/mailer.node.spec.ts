import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import type { DeliveryResult, MailRequest } from '../contract/ports.js';
import { schemaFaults } from '../definition/schema-faults.js';
import { runNode } from '../testing/run-node.js';
import { mailerNode } from './mailer.node.js';

const SENT: DeliveryResult = { ok: true, result: { messageId: '<1@a>' } };

const base = { provider: { host: 'smtp.example.com' }, from: 'a@example.com', to: ['b@example.com'], text: 'hi' };

async function send(config: JsonObject, context: Json = {}, ...results: DeliveryResult[]) {
  const mails: MailRequest[] = [];
  const script = results.length === 0 ? [SENT] : results;
  const mail = {
    send: async (request: MailRequest) => {
      mails.push(request);
      return script[Math.min(mails.length, script.length) - 1]!;
    },
  };
  const env = { SMTP: 'hunter2' };
  const outcome = await runNode(mailerNode, { config: { ...base, ...config }, context, env, ports: { mail } });
  return { outcome, mails, mail: mails[0] };
}

const faults = (config: JsonObject) =>
  mailerNode.check!({ ...base, ...config } as never, { key: 'm', type: 'mailer', config: {}, branches: {} });

describe('a mail', () => {
  it('goes to flattened lists without blanks', async () => {
    const context = { data: { all: ['b@example.com', [' ', null, ['Cy <c@example.com>']]] } };
    const { mail } = await send({ to: '{{$context.data.all}}', cc: ['', 'd@example.com'], bcc: '' }, context);
    expect(mail).toMatchObject({ to: ['b@example.com', 'Cy <c@example.com>'], cc: ['d@example.com'], bcc: [] });
  });

  it('is sent on the port that belongs to the kind of connection, with the login of the config', async () => {
    expect((await send({})).mail?.provider).toEqual({ host: 'smtp.example.com', port: 465, secure: true, auth: null });
    const provider = { host: '{{$context.data}}', secure: false, auth: { user: 'u', pass: '{{$env.SMTP}}' } };
    expect((await send({ provider }, { data: 'mx' })).mail?.provider).toEqual({
      host: 'mx',
      port: 587,
      secure: false,
      auth: { user: 'u', pass: 'hunter2' },
    });
  });

  it('is sent on a port that a template names, and on none that is no port', async () => {
    const provider = { host: 'mx', port: '{{$env.SMTP}}', secure: false };
    const compiled = (port: unknown) =>
      schemaFaults(mailerNode.configSchema, { ...base, provider: { host: 'mx', port } }, '');
    expect([compiled('{{$env.PORT:587}}'), compiled(25)]).toEqual([[], []]);
    for (const port of ['25', 0, 65536, 1.5]) expect(compiled(port)).toMatchObject([{ pointer: '/provider/port' }]);
    expect((await send({ provider: { ...provider, port: '{{$context.port}}' } }, { port: '2525' })).mail).toMatchObject(
      {
        provider: { port: 2525 },
      },
    );
    const { outcome, mails } = await send({ provider });
    expect(outcome).toMatchObject({ kind: 'fail', status: 'failed', error: { code: 'invalid_port' } });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(mails).toEqual([]);
  });

  it('is text or HTML, and HTML may bring its text', async () => {
    expect((await send({})).mail).toMatchObject({ text: 'hi', html: null });
    expect((await send({ html: '<b>', contentType: 'html' })).mail).toMatchObject({ text: 'hi', html: '<b>' });
    expect((await send({ html: '<b>' })).mail).toMatchObject({ text: 'hi', html: '<b>' });
    expect((await send({ html: '<b>', contentType: 'text' })).mail).toMatchObject({ text: 'hi', html: null });
  });

  it.each([
    [{ subject: 'Hi\r\nBcc: eve@example.com' }, 'invalid_subject'],
    [{ subject: 'Hi\nBcc: eve@example.com' }, 'invalid_subject'],
    [{ subject: 'Hi\u2028' }, 'invalid_subject'],
    [{ from: 'a@example.com\r\nBcc: eve@example.com' }, 'invalid_address'],
    [{ from: 'Ann\nBcc: eve@example.com <a@example.com>' }, 'invalid_address'],
    [{ to: ['b@example.com\r\n'] }, 'invalid_address'],
    [{ to: ['b@example.com, eve@example.com'] }, 'invalid_address'],
    [{ cc: 'b@example.com>\r\nRCPT TO:<eve@example.com' }, 'invalid_address'],
    [{ replyTo: 'b@example.com\nX: y' }, 'invalid_address'],
    [{ to: [] }, 'invalid_address'],
  ])('with what could begin another header is not sent: %j', async (config, code) => {
    const { outcome, mails } = await send(config);
    expect(outcome).toMatchObject({ kind: 'fail', status: 'failed', error: { code } });
    expect(mails).toEqual([]);
  });

  it('that an injected payload ruined is a result when failures are ignored', async () => {
    const config = { subject: '{{$context.data}}', ignoreFail: true };
    const { outcome, mails } = await send(config, { data: 'a\r\nb' });
    expect(outcome).toMatchObject({ kind: 'done', result: { code: 'invalid_subject' } });
    expect(mails).toEqual([]);
  });

  it('is tried again with the same key, another visit has another one', async () => {
    const busy: DeliveryResult = { ok: false, code: 'smtp_busy', message: '421', wasSent: false, retryAfterMs: null };
    const { outcome, mails } = await send({ retry: { attempts: 3, backoff: 0 } }, {}, busy, busy, SENT);
    expect(outcome).toEqual({ kind: 'done', result: { messageId: '<1@a>' } });
    expect(mails.map(({ messageKey }) => messageKey)).toEqual(Array(3).fill(mails[0]!.messageKey));
    expect(mails[0]!.messageKey).toMatch(/^[0-9a-f]{40}$/);
  });

  it('that may have been sent is sent again only when it is repeatable', async () => {
    const lost: DeliveryResult = {
      ok: false,
      code: 'connection_lost',
      message: 'gone',
      wasSent: 'unknown',
      retryAfterMs: null,
    };
    const retry = { attempts: 2, backoff: 0 };
    expect((await send({ retry }, {}, lost)).mails).toHaveLength(1);
    expect((await send({ retry, repeatable: true }, {}, lost)).mails).toHaveLength(2);
    expect(mailerNode.isRepeatable!({ ...base, repeatable: true } as never)).toBe(true);
    expect(mailerNode.isRepeatable!(base as never)).toBe(false);
  });

  it('that was stopped ends as aborted, failures ignored or not', async () => {
    const stopped: DeliveryResult = { ok: false, code: 'aborted', message: 'x', wasSent: false, retryAfterMs: null };
    const { outcome } = await send({ ignoreFail: true }, {}, stopped);
    expect(outcome).toMatchObject({ kind: 'fail', status: 'aborted', error: { code: 'aborted' } });
  });
});

describe('the check of a mailer', () => {
  it('finds literal addresses that are none, and leaves templates alone', () => {
    expect(faults({ from: 'me', to: ['b@example.com', 'you', '{{$context.data.to}}'] })).toMatchObject([
      { pointer: '/from', code: 'invalid' },
      { pointer: '/to/1', code: 'invalid' },
    ]);
  });

  it('wants the body that the content type names', () => {
    expect(faults({ contentType: 'html' })).toMatchObject([{ pointer: '/html', code: 'missing' }]);
    expect(faults({ contentType: 'text' })).toEqual([]);
  });

  it('has no attachments, so none can be read from a path', () => {
    expect(Object.keys(mailerNode.configSchema['properties'] as object)).not.toContain('attachments');
    expect(mailerNode.configSchema['additionalProperties']).toBe(false);
  });
});
