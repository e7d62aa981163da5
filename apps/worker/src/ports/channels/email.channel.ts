import type { MailRequest } from '#engine';
import { isJsonObject, type JsonObject } from '#shared';
import { refused, textOf, type Channel, type ChannelCall } from './channel.js';
import { peopleOf } from './people-of.js';

/** A mail over the channel's SMTP server. */
export const emailChannel: Channel = async (call, { mail }) => {
  const { config, message } = call;
  const to = message.to.length > 0 ? message.to : peopleOf(config['to']);
  if (to.length === 0)
    return refused('invalid_message', 'The mail has no recipient: give message.to, or the channel a to.');
  return mail.send(mailOf(call, to));
};

function mailOf({ config, message, messageKey, timeoutMs, signal }: ChannelCall, to: string[]): MailRequest {
  return {
    provider: providerOf(isJsonObject(config['provider']) ? config['provider'] : {}),
    from: String(config['from'] ?? ''),
    to,
    cc: [],
    bcc: [],
    replyTo: textOf(message.raw['replyTo']),
    subject: message.subject ?? textOf(config['subject']) ?? '',
    text: message.text,
    html: textOf(message.raw['html']),
    messageKey,
    timeoutMs,
    signal,
  };
}

function providerOf({ host, port, secure, auth }: JsonObject): MailRequest['provider'] {
  const isSecure = secure !== false;
  return {
    host: String(host),
    port: typeof port === 'number' ? port : isSecure ? 465 : 587,
    secure: isSecure,
    auth: isJsonObject(auth) ? { user: String(auth['user']), pass: String(auth['pass']) } : null,
  };
}
