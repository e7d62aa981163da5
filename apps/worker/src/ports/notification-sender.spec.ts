import { describe, expect, it } from '@jest/globals';
import { StorageUnavailable } from '#storage';
import { createNotificationSender, type NotificationSenderParts } from './notification-sender.js';
import { notify } from '../testing/notify.js';

const provider = { host: 'smtp.example.com', secure: false, auth: { user: 'u', pass: '{{$env.PASS}}' } };
const email = { type: 'email', provider, from: 'a@example.com', to: ['ops@example.com'], subject: 'Default' };
const secrets = { PASS: 'hunter2-hunter2' };

describe('an e-mail channel', () => {
  it('sends with its own login, recipients and subject, unless the message has its own', async () => {
    const { mails, result } = await notify(email, { text: 'T' }, { secrets });
    expect(result).toEqual({ ok: true, result: { messageId: '<1@a>' } });
    expect(mails).toMatchObject([
      {
        provider: { host: 'smtp.example.com', port: 587, secure: false, auth: { user: 'u', pass: 'hunter2-hunter2' } },
        from: 'a@example.com',
        to: ['ops@example.com'],
        subject: 'Default',
        text: 'T',
        html: null,
        messageKey: 'k1',
        timeoutMs: 1234,
      },
    ]);
    const own = await notify(email, { to: 'ann@example.com', subject: 'S', text: 'T', html: '<b>' }, { secrets });
    expect(own.mails).toMatchObject([{ to: ['ann@example.com'], subject: 'S', html: '<b>' }]);
  });

  it('has to know somebody to write to', async () => {
    const { result, mails } = await notify({ ...email, to: [] }, { text: 'T' }, { secrets });
    expect(result).toMatchObject({ ok: false, code: 'invalid_message', permanent: true });
    expect(mails).toEqual([]);
  });
});

describe('an in-app channel', () => {
  it('keeps one message for each person, under the key of the visit', async () => {
    const { result, kept } = await notify({ type: 'in-app' }, { to: ['ann', ['bob']], title: 'News', text: 'T' });
    expect(result).toEqual({ ok: true, result: { ids: ['id-0', 'id-1'] } });
    expect(kept).toEqual([{ messageKey: 'k1', to: ['ann', 'bob'], title: 'News', text: 'T' }]);
    expect((await notify({ type: 'in-app' }, { text: 'T' })).result).toMatchObject({ code: 'invalid_message' });
  });
});

describe('what comes back from a channel', () => {
  const quote = (text: string) => [{ status: 403, body: { error: `refused ${text}` } }];

  it('holds no secret that it reads', async () => {
    const url = '{{$env.HOOK}}';
    const HOOK = 'https://hooks.example.com/services/T000/B000/XXXXtokenXXXX';
    const { result } = await notify(
      { type: 'slack', url },
      { text: 'T' },
      {
        secrets: { HOOK },
        answers: quote(`${HOOK} and XXXXtokenXXXX`),
      },
    );
    expect(result).toMatchObject({ ok: false, code: 'http_status' });
    expect(JSON.stringify(result)).not.toContain('XXXXtokenXXXX');
  });

  it.each([
    [{ type: 'slack', url: 'https://hooks.example.com/a/literal-token-1' }, 'literal-token-1'],
    [{ type: 'wecom', url: 'https://h.example.com/send?key=literal-token-2' }, 'literal-token-2'],
    [
      { type: 'webhook', url: 'https://h.example.com', headers: [{ name: 'x-key', value: 'literal-token-3' }] },
      'literal-token-3',
    ],
  ])('holds no credential that stands in it: %j', async (config, token) => {
    const failed = await notify(config, { text: 'T' }, { answers: quote(token) });
    expect(failed.result).toMatchObject({ ok: false });
    const worked = await notify(
      config,
      { text: 'T' },
      { answers: [{ body: { errcode: 0, echo: [token], [token]: 1 } }] },
    );
    expect(worked.result).toMatchObject({ ok: true });
    expect(JSON.stringify([failed.result, worked.result])).not.toContain(token);
  });
});

describe('a channel that cannot send', () => {
  const base = { messageKey: 'k', message: { text: 'T' }, signal: new AbortController().signal };
  const at = new Date();
  const parts = (find: NotificationSenderParts['channels']['find']) =>
    createNotificationSender({ channels: { find } } as unknown as NotificationSenderParts);

  it('is unknown', async () => {
    const sender = parts(async () => null);
    expect(await sender.send({ ...base, channel: 'ops' })).toEqual({
      ok: false,
      code: 'unknown_channel',
      message: 'There is no channel "ops".',
      wasSent: false,
      retryAfterMs: null,
      permanent: true,
    });
  });

  it('reads a secret that is not set: nothing is sent', async () => {
    const sent = await notify({ type: 'slack', url: '{{$env.GONE}}' }, { text: 'T' });
    expect(sent.result).toMatchObject({ ok: false, code: 'missing_secret', wasSent: false, permanent: true });
    expect(sent.http.sent).toEqual([]);
  });

  it('waits for a database that is away', async () => {
    const sender = parts(async () => Promise.reject(new StorageUnavailable('away')));
    const result = await sender.send({ ...base, channel: 'ops' });
    expect(result).toMatchObject({ ok: false, code: 'unavailable', wasSent: false });
    expect(result).not.toHaveProperty('permanent');
  });

  it('is of a type that a newer release brought', async () => {
    const environment = { valuesFor: () => ({ values: {}, secretNames: new Set<string>() }) };
    const find = async (name: string) => ({ name, type: 'pigeon', config: {}, createdAt: at, updatedAt: at });
    const sender = createNotificationSender({ channels: { find }, environment } as unknown as NotificationSenderParts);
    expect(await sender.send({ ...base, channel: 'ops' })).toMatchObject({ code: 'unknown_channel' });
  });
});
