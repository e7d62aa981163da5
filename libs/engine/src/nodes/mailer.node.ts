import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { MailRequest } from '../contract/ports.js';
import type { Fault } from '../contract/workflow-document.js';
import { deliverWithRetry } from './deliver-with-retry.js';
import { effectPolicy, effectProperties, type EffectConfig } from './effect-config.js';
import { effectFailure } from './effect-failure.js';
import { parseMailAddress } from './mail-address.js';
import { isHtmlMail, mailMessage, type MailMessage, type MailMessageConfig } from './mail-message.js';
import { visitKey } from './visit-key.js';

/** Config of a mailer, see contract.md 7. */
export type MailerNodeConfig = EffectConfig &
  MailMessageConfig & {
    provider: { host: string; port?: number; secure?: boolean; auth?: { user: string; pass: string } };
    timeout?: number;
  };

const DEFAULT_TIMEOUT_MS = 30_000;

const addressList: JsonObject = {
  description: 'An address, or a list of addresses; a list in the list is part of it.',
  anyOf: [
    { type: 'string' },
    { type: 'array', maxItems: 1000, items: { anyOf: [{ type: 'string' }, { type: 'array' }] } },
  ],
};

export const mailerNode = defineNode<MailerNodeConfig>({
  type: 'mailer',
  title: 'E-mail',
  docs:
    'Sends an e-mail by SMTP, under the SSRF guard. Lists of recipients are flattened and blanks removed; each entry is one ' +
    'address, `a@b.c` or `Name <a@b.c>`. The result is `{messageId, accepted, rejected, response}`; it worked when the ' +
    'server took the mail for at least one recipient. Without `secure` the connection is upgraded by STARTTLS before ' +
    'anything is sent, and refused when the server cannot, except on private networks that HTTP_ALLOW_PRIVATE opens. A mail ' +
    'that was not sent ends the node as `failed`; with `ignoreFail` the flow goes on with `{message, code}`. With `retry` ' +
    'temporary refusals (421, 450, 451, 452, no connection) are tried again; when the connection was lost after the mail ' +
    'was handed over only a `repeatable` one is. Every try carries the same Message-ID.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['provider', 'from', 'to'],
    properties: {
      provider: {
        type: 'object',
        additionalProperties: false,
        required: ['host'],
        properties: {
          host: { type: 'string', minLength: 1, description: 'Name or address of the SMTP server.' },
          port: { type: 'integer', minimum: 1, maximum: 65535, description: '465 with `secure`, else 587.' },
          secure: { type: 'boolean', default: true, description: 'TLS from the start; false: STARTTLS.' },
          auth: {
            type: 'object',
            additionalProperties: false,
            required: ['user', 'pass'],
            properties: { user: { type: 'string' }, pass: { type: 'string', description: 'Use {{$env.NAME}}.' } },
          },
        },
      },
      from: { type: 'string', minLength: 1 },
      to: addressList,
      cc: addressList,
      bcc: addressList,
      replyTo: { type: 'string' },
      subject: { type: 'string', default: '' },
      contentType: { type: 'string', enum: ['text', 'html'], description: 'Default: html when there is `html`.' },
      text: { type: 'string', description: 'The mail, or what stands in for `html` where that cannot be shown.' },
      html: { type: 'string' },
      timeout: {
        type: 'integer',
        minimum: 1000,
        maximum: 600000,
        default: DEFAULT_TIMEOUT_MS,
        description: 'Milliseconds for each try.',
      },
      ...effectProperties,
    },
  },
  branches: [],
  effect: 'effect',
  testable: true,
  isRepeatable: (config) => config.repeatable === true,
  check: (config) => [...checkBody(config), ...checkAddresses(config)],
  examples: [
    {
      title: 'Confirm an order',
      config: {
        provider: { host: 'smtp.example.com', port: 465, secure: true, auth: { user: 'shop', pass: '{{$env.SMTP}}' } },
        from: 'Shop <shop@example.com>',
        to: ['{{$context.data.email}}'],
        subject: 'Order {{$context.data.id}}',
        contentType: 'text',
        text: 'Thank you for order {{$context.data.id}}.',
        retry: { attempts: 3, backoff: 1000 },
      },
      context: { data: { id: 7, email: 'ann@example.com' } },
      answer: {
        ok: true,
        result: { messageId: '<1@example.com>', accepted: ['ann@example.com'], rejected: [], response: '250 OK' },
      },
      expect: {
        kind: 'done',
        result: { messageId: '<1@example.com>', accepted: ['ann@example.com'], rejected: [], response: '250 OK' },
      },
    },
    {
      title: 'A line break in the subject is refused',
      config: {
        provider: { host: 'smtp.example.com' },
        from: 'shop@example.com',
        to: ['ann@example.com'],
        subject: 'About {{$context.data.topic}}',
        text: 'Hello',
      },
      context: { data: { topic: 'you\r\nBcc: eve@example.com' } },
      expect: {
        kind: 'fail',
        status: 'failed',
        error: {
          code: 'invalid_subject',
          message: 'The subject holds a line break or another control character; remove it.',
        },
      },
    },
    {
      title: 'Go on when the mail cannot be sent',
      config: {
        provider: { host: 'smtp.example.com' },
        from: 'shop@example.com',
        to: '{{$context.data.recipients}}',
        html: '<p>Hello</p>',
        ignoreFail: true,
      },
      context: { data: { recipients: ['ann@example.com', ['', 'bob@example.com']] } },
      answer: {
        ok: false,
        code: 'smtp_refused',
        message: 'The server refused the recipients: 550 unknown',
        wasSent: false,
        retryAfterMs: null,
        permanent: true,
      },
      expect: {
        kind: 'done',
        result: { message: 'The server refused the recipients: 550 unknown', code: 'smtp_refused' },
      },
    },
  ],
  async run(context) {
    const { config, ports, signal } = context;
    const ignoreFail = config.ignoreFail === true;
    let message: MailMessage;
    try {
      message = mailMessage(config);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return effectFailure({ code: error.code, message: error.message }, { ignoreFail });
    }
    const request: MailRequest = {
      provider: providerOf(config.provider),
      ...message,
      messageKey: visitKey(context),
      timeoutMs: config.timeout ?? DEFAULT_TIMEOUT_MS,
      signal,
    };
    const sent = await deliverWithRetry(() => ports.mail.send(request), effectPolicy(config), signal);
    return sent.ok ? { kind: 'done', result: sent.result } : effectFailure(errorOf(sent), { ignoreFail });
  },
});

function errorOf({ code, message }: { code: string; message: string }): { code: string; message: string } {
  return { code, message };
}

function providerOf({ host, port, secure = true, auth }: MailerNodeConfig['provider']): MailRequest['provider'] {
  const login = auth === undefined ? null : { user: String(auth.user ?? ''), pass: String(auth.pass ?? '') };
  return { host: String(host ?? '').trim(), port: port ?? (secure ? 465 : 587), secure, auth: login };
}

function checkBody(config: MailerNodeConfig): Fault[] {
  const wanted = isHtmlMail(config) ? 'html' : 'text';
  if (config[wanted] !== undefined) return [];
  return [{ pointer: `/${wanted}`, code: 'missing', message: `Give the mail in "${wanted}".` }];
}

/** Templates are judged when they are rendered. */
function checkAddresses(config: MailerNodeConfig): Fault[] {
  return (['from', 'to', 'cc', 'bcc', 'replyTo'] as const).flatMap((field) => checkAddress(`/${field}`, config[field]));
}

function checkAddress(pointer: string, value: Json | undefined): Fault[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => checkAddress(`${pointer}/${index}`, item));
  if (typeof value !== 'string' || value.includes('{{') || value.trim() === '') return [];
  if (parseMailAddress(value) !== null) return [];
  return [{ pointer, code: 'invalid', message: 'Give one e-mail address, as a@b.c or Name <a@b.c>.' }];
}
