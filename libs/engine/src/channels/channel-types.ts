import type { JsonObject } from '#shared';
import { REQUEST_CONTENT_TYPES } from '../nodes/request-body.js';

/** How a property that holds credentials is shown: see `maskChannel`. */
export type CredentialKind = 'url' | 'secret' | 'headers' | 'body';

/** A kind of notification channel: what its config holds. How it sends is the worker's. */
export interface ChannelType {
  type: string;
  title: string;
  /** Markdown, one paragraph. */
  docs: string;
  /** JSON Schema of the config, `type` left out; unknown properties are refused. */
  configSchema: JsonObject;
  /** Properties by dotted path that hold credentials. */
  credentials: Readonly<Record<string, CredentialKind>>;
  /** Whether templates may also read the message: `{{text}}`, `{{to}}`, `{{subject}}`, `{{message.x}}`. */
  readsMessage?: true;
}

const url: JsonObject = { type: 'string', minLength: 1, maxLength: 4096, description: 'http or https.' };
const secret: JsonObject = { type: 'string', minLength: 1, maxLength: 1024 };
const headers: JsonObject = {
  type: 'array',
  maxItems: 50,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'value'],
    properties: {
      name: { type: 'string', pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" },
      value: { type: 'string', maxLength: 8192 },
    },
  },
};
const addresses: JsonObject = {
  anyOf: [{ type: 'string' }, { type: 'array', maxItems: 1000, items: { type: 'string' } }],
  description: 'write an address, or a list of them',
};
const success: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['path', 'value'],
  description: 'For receivers that answer 200 to failures too: what their JSON must have where.',
  properties: { path: { type: 'string', minLength: 1 }, value: { type: ['string', 'number', 'boolean', 'null'] } },
};
const httpCall: JsonObject = {
  url,
  method: { type: 'string', enum: ['GET', 'POST', 'PUT', 'PATCH'], default: 'POST' },
  headers,
  contentType: { type: 'string', enum: [...REQUEST_CONTENT_TYPES], default: 'application/json' },
  body: { description: 'Text, or JSON with templates in its strings; placeholders are escaped for the content type.' },
  success,
};

function config(properties: JsonObject, ...required: string[]): JsonObject {
  return { type: 'object', additionalProperties: false, required, properties };
}

/** Every type of channel, in the order they are offered. */
export const channelTypes: readonly ChannelType[] = [
  {
    type: 'email',
    title: 'E-mail',
    docs:
      'Sends by SMTP as the mailer node does. `to` and `subject` are those of the message, else of the channel; a message ' +
      'may bring `html` besides its `text`.',
    configSchema: config(
      {
        provider: {
          type: 'object',
          additionalProperties: false,
          required: ['host'],
          properties: {
            host: { type: 'string', minLength: 1 },
            port: { type: 'integer', minimum: 1, maximum: 65535 },
            secure: { type: 'boolean', default: true },
            auth: {
              type: 'object',
              additionalProperties: false,
              required: ['user', 'pass'],
              properties: { user: { type: 'string' }, pass: secret },
            },
          },
        },
        from: { type: 'string', minLength: 1 },
        to: addresses,
        subject: { type: 'string' },
      },
      'provider',
      'from',
    ),
    credentials: { 'provider.auth.pass': 'secret' },
  },
  {
    type: 'slack',
    title: 'Slack',
    docs: 'An incoming webhook of Slack. `subject` becomes a bold first line; `blocks` and `attachments` are handed on.',
    configSchema: config({ url }, 'url'),
    credentials: { url: 'url' },
  },
  {
    type: 'wecom',
    title: 'WeCom robot',
    docs: 'A group robot of WeCom. `to` are the user ids to mention, `@all` for everybody.',
    configSchema: config({ url }, 'url'),
    credentials: { url: 'url' },
  },
  {
    type: 'dingtalk',
    title: 'DingTalk robot',
    docs: 'A custom robot of DingTalk; with `secret` its calls are signed. `to` are the telephone numbers to mention.',
    configSchema: config({ url, secret }, 'url'),
    credentials: { url: 'url', secret: 'secret' },
  },
  {
    type: 'feishu',
    title: 'Feishu robot',
    docs: 'A custom robot of Feishu or Lark; with `secret` its calls are signed.',
    configSchema: config({ url, secret }, 'url'),
    credentials: { url: 'url', secret: 'secret' },
  },
  {
    type: 'webhook',
    title: 'Webhook',
    docs:
      'Any HTTP receiver. Without `body` the message itself is sent as JSON. With `secret` the call is signed as Standard ' +
      'Webhooks say: `webhook-id`, `webhook-timestamp`, `webhook-signature`.',
    configSchema: config({ ...httpCall, secret }, 'url'),
    credentials: { url: 'url', secret: 'secret', headers: 'headers', body: 'body' },
    readsMessage: true,
  },
  {
    type: 'sms',
    title: 'SMS',
    docs:
      'The HTTP interface of an SMS provider: `{{to}}` and `{{text}}` stand for numbers and text. Several numbers are ' +
      'joined by commas, unless `{{to}}` is all of a JSON string: then it is the list.',
    configSchema: config(httpCall, 'url'),
    credentials: { url: 'url', headers: 'headers', body: 'body' },
    readsMessage: true,
  },
  {
    type: 'in-app',
    title: 'In-app',
    docs: 'Kept here for each person of `to` and read over `/api/v1/notifications`.',
    configSchema: config({}),
    credentials: {},
  },
];

/** Null when there is no channel of that type. */
export function findChannelType(type: unknown): ChannelType | null {
  return channelTypes.find((known) => known.type === type) ?? null;
}
