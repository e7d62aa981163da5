import type { JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import { deliverWithRetry } from './deliver-with-retry.js';
import { effectPolicy, effectProperties, type EffectConfig } from './effect-config.js';
import { effectFailure } from './effect-failure.js';
import { visitKey } from './visit-key.js';

/** Config of a notification, see contract.md 7. */
export type NotificationNodeConfig = EffectConfig & { channel: string; message: JsonObject };

export const notificationNode = defineNode<NotificationNodeConfig>({
  type: 'notification',
  title: 'Notification',
  docs:
    'Sends a message over a channel of `/api/v1/channels`: e-mail, Slack, WeCom, DingTalk, Feishu, webhook, SMS or in-app. ' +
    '`message` has `text`, and by the kind of channel `to` and `subject`. The result is what the channel answered. A message ' +
    'that the channel did not take ends the node as `failed`, also when there is no such channel; with `ignoreFail` the flow ' +
    'goes on with `{message, code}`. With `retry` failures that are known are tried again; an open outcome only when the ' +
    'node is `repeatable`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['channel', 'message'],
    properties: {
      channel: { type: 'string', minLength: 1, description: 'Name of a channel.' },
      message: {
        type: 'object',
        additionalProperties: true,
        description: 'Besides these, whatever the templates of a webhook or SMS channel ask for.',
        properties: {
          text: { type: 'string', description: 'The message itself.' },
          subject: { type: 'string', description: 'Of an e-mail; title of an in-app message and of chat messages.' },
          to: {
            anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
            description: 'E-mail addresses, telephone numbers, or the people an in-app message is for.',
          },
        },
      },
      ...effectProperties,
    },
  },
  branches: [],
  effect: 'effect',
  testable: true,
  isRepeatable: (config) => config.repeatable === true,
  examples: [
    {
      title: 'Tell the people on call',
      config: { channel: 'ops-slack', message: { text: 'Order {{$context.data.id}} is stuck' }, ignoreFail: false },
      context: { data: { id: 7 } },
      answer: { ok: true, result: { status: 200 } },
      expect: { kind: 'done', result: { status: 200 } },
    },
    {
      title: 'A channel that does not exist',
      config: { channel: 'ops', message: { text: 'Hello' } },
      answer: {
        ok: false,
        code: 'unknown_channel',
        message: 'There is no channel "ops".',
        wasSent: false,
        retryAfterMs: null,
        permanent: true,
      },
      expect: {
        kind: 'fail',
        status: 'failed',
        error: { code: 'unknown_channel', message: 'There is no channel "ops".' },
      },
    },
    {
      title: 'Go on when nobody could be told',
      config: { channel: 'desk', message: { to: ['ann'], subject: 'News', text: 'Hello' }, ignoreFail: true },
      answer: { ok: false, code: 'connect', message: 'no connection', wasSent: false, retryAfterMs: null },
      expect: { kind: 'done', result: { message: 'no connection', code: 'connect' } },
    },
  ],
  async run(context) {
    const { config, ports, signal } = context;
    const request = {
      channel: String(config.channel ?? ''),
      message: config.message ?? {},
      messageKey: visitKey(context),
      signal,
    };
    const sent = await deliverWithRetry(() => ports.notifications.send(request), effectPolicy(config), signal);
    if (sent.ok) return { kind: 'done', result: sent.result };
    return effectFailure({ code: sent.code, message: sent.message }, { ignoreFail: config.ignoreFail === true });
  },
});
