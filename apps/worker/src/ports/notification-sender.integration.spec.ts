import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import type { Storage } from '#storage';
import { createTestDatabase, openTestStorage, type TestDatabase } from '#storage/testing';
import type { NotificationSender } from '#engine';
import { startSmtpServer, type RecordingSmtpServer } from '../testing/recording-smtp-server.js';
import { SMTP_CERTIFICATE } from '../testing/smtp-certificate.js';
import { Environment } from './environment.js';
import { createHttpClient } from './http-client.js';
import { createMailSender } from './mail-sender.js';
import { createNotificationSender } from './notification-sender.js';
import { startRecordingServer, type RecordingServer } from './testing/recording-server.js';

let database: TestDatabase;
let storage: Storage;
let environment: Environment;
let receiver: RecordingServer;
let smtp: RecordingSmtpServer;
let http: ReturnType<typeof createHttpClient>;
let sender: NotificationSender;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  receiver = await startRecordingServer();
  smtp = await startSmtpServer();
  await storage.secrets.put({ name: 'PASS', value: 'right', notBefore: null, notAfter: null });
  environment = new Environment(storage.configuration, {});
  await environment.start(500, (error) => {
    throw error;
  });
  const allowPrivate = ['127.0.0.0/8'];
  http = createHttpClient({ allowPrivate });
  const mail = createMailSender({ allowPrivate, ca: SMTP_CERTIFICATE });
  const { channels, notifications } = storage;
  const now = (): Date => new Date();
  sender = createNotificationSender({ channels, notifications, environment, http, mail, now, timeoutMs: 5_000 });
});

afterAll(async () => {
  environment?.stop();
  await http?.close();
  await smtp?.close();
  await receiver?.close();
  await storage?.close();
  await database?.drop();
});

const send = (channel: string, message: JsonObject, messageKey = 'k1') =>
  sender.send({ channel, message, messageKey, signal: new AbortController().signal });

describe('a stored channel', () => {
  it('is in force with the next message after it was changed', async () => {
    expect(await send('ops', { text: 'one' })).toMatchObject({ ok: false, code: 'unknown_channel' });
    await storage.channels.put({ name: 'ops', type: 'slack', config: { url: `${receiver.base}/first` } });
    expect(await send('ops', { text: 'two' })).toMatchObject({ ok: true });
    await storage.channels.put({ name: 'ops', type: 'slack', config: { url: `${receiver.base}/second` } });
    expect(await send('ops', { text: 'three' })).toMatchObject({ ok: true });
    expect(receiver.seen.map(({ url, body }) => [url, body])).toEqual([
      ['/first', '{"text":"two"}'],
      ['/second', '{"text":"three"}'],
    ]);
    await storage.channels.delete('ops');
    expect(await send('ops', { text: 'four' })).toMatchObject({ ok: false, code: 'unknown_channel' });
  });

  it('is under the SSRF guard', async () => {
    await storage.channels.put({ name: 'inside', type: 'webhook', config: { url: 'http://10.0.0.1/latest' } });
    expect(await send('inside', { text: 'T' })).toMatchObject({ ok: false, code: 'blocked', permanent: true });
  });

  it('mails with the login that is a secret', async () => {
    const provider = {
      host: '127.0.0.1',
      port: smtp.port,
      secure: false,
      auth: { user: 'ann', pass: '{{$env.PASS}}' },
    };
    const config = { provider, from: 'ops@example.com', to: 'ann@example.com' };
    await storage.channels.put({ name: 'post', type: 'email', config });
    expect(await send('post', { text: 'T', subject: 'S' })).toMatchObject({ ok: true });
    expect(smtp.mails).toMatchObject([{ from: 'ops@example.com', to: ['ann@example.com'], user: 'ann', secure: true }]);
  });

  it('keeps an in-app message once, however often its visit sends it', async () => {
    await storage.channels.put({ name: 'desk', type: 'in-app', config: {} });
    const first = await send('desk', { to: ['ann'], text: 'T' });
    const again = await send('desk', { to: ['ann'], text: 'T' });
    expect(first).toMatchObject({ ok: true });
    expect(again).toEqual(first);
    await send('desk', { to: ['ann'], text: 'T' }, 'k2');
    const { items } = await storage.notifications.list({ to: 'ann', unread: true, limit: 9, cursor: null });
    expect(items).toHaveLength(2);
  });
});
