import type { DeliveryResult, HttpClient, MailSender } from '#engine';
import type { Json, JsonObject } from '#shared';
import type { NotificationStore } from '#storage';

/** What a message may say, besides whatever the templates of a webhook or SMS channel ask for. */
export interface ChannelMessage {
  text: string;
  /** Null when there is none. */
  subject: string | null;
  /** Flattened, without blanks. */
  to: string[];
  /** As the node gave it. */
  raw: JsonObject;
}

/** One try to send one message over one channel. */
export interface ChannelCall {
  /** With the secrets filled in; where a message may be read, those templates stand as they are written. */
  config: JsonObject;
  message: ChannelMessage;
  /** `$env` with the secrets that the config names, for templates that are filled in here. */
  env: Readonly<Record<string, string>>;
  messageKey: string;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface ChannelPorts {
  http: HttpClient;
  mail: MailSender;
  notifications: Pick<NotificationStore, 'add'>;
  now(): Date;
}

/** Sends a message. May throw what the ports throw; secrets in what it answers are masked by the caller. */
export type Channel = (call: ChannelCall, ports: ChannelPorts) => Promise<DeliveryResult>;

/** A failure that trying again would not change. */
export function refused(code: string, message: string): DeliveryResult {
  return { ok: false, code, message, wasSent: false, retryAfterMs: null, permanent: true };
}

/** A property of a config that its schema says is text, or absent. */
export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
