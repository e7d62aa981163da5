import { fakeHttp, type FakeHttp, type ScriptedAnswer } from '#engine/testing';
import type { DeliveryResult, HttpResult, MailRequest } from '#engine';
import type { JsonObject } from '#shared';
import type { NewNotification } from '#storage';
import { createNotificationSender } from '../ports/notification-sender.js';

export interface Notified {
  result: DeliveryResult;
  http: FakeHttp;
  mails: MailRequest[];
  kept: NewNotification[];
}

/** 2023-11-14T22:13:20Z: the time of the vectors. */
export const NOW = new Date(1_700_000_000_000);

/** Sends one message over a channel `it` of this config; nothing leaves the process. */
export async function notify(
  { type, ...config }: JsonObject & { type: string },
  message: JsonObject,
  {
    answers = [],
    secrets = {},
    mail = { ok: true, result: { messageId: '<1@a>' } },
  }: {
    answers?: (ScriptedAnswer | Extract<HttpResult, { ok: false }>)[];
    secrets?: Record<string, string>;
    mail?: DeliveryResult;
  } = {},
): Promise<Notified> {
  const http = fakeHttp(...answers);
  const mails: MailRequest[] = [];
  const kept: NewNotification[] = [];
  const sender = createNotificationSender({
    channels: {
      find: async (name) => (name === 'it' ? { name, type, config, createdAt: NOW, updatedAt: NOW } : null),
    },
    environment: {
      valuesFor: (names) => ({
        values: Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name))),
        secretNames: new Set(names),
      }),
    },
    http,
    mail: {
      send: async (request) => {
        mails.push(request);
        return mail;
      },
    },
    notifications: {
      add: async (notification) => {
        kept.push(notification);
        return notification.to.map((_person, at) => `id-${at}`);
      },
    },
    now: () => NOW,
    timeoutMs: 1234,
  });
  const { signal } = new AbortController();
  const result = await sender.send({ channel: 'it', message, messageKey: 'k1', signal });
  return { result, http, mails, kept };
}

/** The one JSON body that was sent. */
export function sentJson({ http }: Notified): unknown {
  return JSON.parse(String(http.sent[0]?.body));
}
