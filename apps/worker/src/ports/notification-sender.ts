import {
  channelCredentials,
  createSecretMask,
  EngineError,
  findChannelType,
  parsePath,
  renderTemplate,
  templatePaths,
  type DeliveryResult,
  type NotificationRequest,
  type NotificationSender,
  type SecretMask,
} from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { StorageUnavailable, type ChannelRecord, type ChannelStore } from '#storage';
import { refused, type ChannelCall, type ChannelMessage, type ChannelPorts } from './channels/channel.js';
import { channels } from './channels/index.js';
import { peopleOf } from './channels/people-of.js';
import type { Environment } from './environment.js';

export interface NotificationSenderParts extends ChannelPorts {
  /** Asked for each message: a changed channel is in force at once. */
  channels: Pick<ChannelStore, 'find'>;
  environment: Pick<Environment, 'valuesFor'>;
  /** NOTIFICATION_TIMEOUT: milliseconds of one try. */
  timeoutMs: number;
}

/**
 * Sends over the channels of `/api/v1/channels`. Never rejects. What comes back holds no credential of the channel,
 * neither a secret it reads nor one that stands in its config: receivers quote what they are sent.
 */
export function createNotificationSender(parts: NotificationSenderParts): NotificationSender {
  return {
    async send(request) {
      let mask: SecretMask | null = null;
      let isSending = false;
      try {
        const channel = await parts.channels.find(request.channel);
        if (channel === null) return refused('unknown_channel', `There is no channel "${request.channel}".`);
        const env = parts.environment.valuesFor(secretNames(channel.config));
        mask = maskFor(channel, env);
        const missing = secretNames(channel.config).find((name) => env.values[name] === undefined);
        if (missing !== undefined) {
          return refused(
            'missing_secret',
            `The channel "${channel.name}" reads the secret ${missing}, which is not set.`,
          );
        }
        isSending = true;
        return masked(await sendOver(channel, env.values, request, parts), mask);
      } catch (error) {
        return masked(toFailure(error, isSending), mask);
      }
    },
  };
}

async function sendOver(
  { type, config }: ChannelRecord,
  env: Readonly<Record<string, string>>,
  { message, messageKey, signal }: NotificationRequest,
  { timeoutMs, ...ports }: NotificationSenderParts,
): Promise<DeliveryResult> {
  const send = channels.get(type);
  if (send === undefined) return refused('unknown_channel', `This worker knows no channel of type "${type}".`);
  const reads = findChannelType(type)?.readsMessage === true;
  const filled = reads ? config : (renderTemplate(config, { $env: env }) as JsonObject);
  const call: ChannelCall = { config: filled, env, message: readMessage(message), messageKey, timeoutMs, signal };
  return send(call, ports);
}

function readMessage(raw: JsonObject): ChannelMessage {
  const { text = null, subject = null, title = null } = raw;
  const heading = asText(subject) === '' ? asText(title) : asText(subject);
  return { text: asText(text), subject: heading === '' ? null : heading, to: peopleOf(raw['to']), raw };
}

function asText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Names after `$env` in the templates of a config, each once. */
function secretNames(config: JsonObject): string[] {
  const paths = templatePaths(config).map((path) => parsePath(path) ?? []);
  return [...new Set(paths.flatMap(([root, name]) => (root === '$env' && name !== undefined ? [name] : [])))];
}

function maskFor({ type, config }: ChannelRecord, env: ReturnType<Environment['valuesFor']>): SecretMask {
  // With the secrets filled in: of a URL that is a secret as a whole, receivers quote the token at its end.
  const filled = renderTemplate(config, { $env: env.values }) as JsonObject;
  const literal = channelCredentials({ type, config: filled }).map((value, at) => [`credential ${at}`, value] as const);
  const secret = Object.entries(env.values).filter(([name]) => env.secretNames.has(name));
  const values = Object.fromEntries([...secret, ...literal]);
  return createSecretMask({ values, secretNames: new Set(Object.keys(values)) });
}

function masked(result: DeliveryResult, mask: SecretMask | null): DeliveryResult {
  if (mask === null) return result;
  if (!result.ok) return { ...result, message: mask.text(result.message) };
  const shown = mask.json(result.result);
  return { ok: true, result: isJsonObject(shown) ? shown : {} };
}

function toFailure(error: unknown, isSending: boolean): DeliveryResult {
  if (error instanceof EngineError) return refused(error.code, error.message);
  const message = error instanceof Error ? error.message : String(error);
  // What an in-app channel may have stored all the same is stored once, however often it is sent.
  if (error instanceof StorageUnavailable) {
    return { ok: false, code: 'unavailable', message, wasSent: false, retryAfterMs: null };
  }
  return { ok: false, code: 'channel_failed', message, wasSent: isSending ? 'unknown' : false, retryAfterMs: null };
}
