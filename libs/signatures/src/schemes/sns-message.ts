import type { JsonObject } from '#shared';
import { memberOf, textMember } from './json-text.js';

/** The fields of an SNS message that its signature and its checks need. */
export interface SnsMessage {
  topicArn: string;
  timestamp: string;
  signature: string;
  signatureVersion: string;
  certificateUrl: string;
  signedText: string;
}

const SIGNED: Readonly<Record<string, readonly string[] | undefined>> = {
  __proto__: null as never,
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/**
 * Reads the fields; null when one is missing or no text, the type is unknown, or any but `Message` has a line end. The
 * signed text is names and values in lines, so a publisher could otherwise move text between his fields and Amazon's.
 */
export function readSnsMessage(body: JsonObject): SnsMessage | null {
  const signedText = snsSignedText(body);
  const own = ['Signature', 'SignatureVersion', 'SigningCertURL'].map((name) => memberOf(body, name));
  if (signedText === null || !own.every((value) => typeof value === 'string')) return null;
  const [signature = '', signatureVersion = '', certificateUrl = ''] = own;
  const [topicArn, timestamp] = [String(body.TopicArn), String(body.Timestamp)];
  return { topicArn, timestamp, signature, signatureVersion, certificateUrl, signedText };
}

/** The lines that are signed; null when a field is missing, no text, or of more than one line. */
export function snsSignedText(body: JsonObject): string | null {
  const lines: string[] = [];
  for (const name of SIGNED[textMember(body, 'Type') ?? ''] ?? []) {
    const value = memberOf(body, name) ?? null;
    if (name === 'Subject' && value === null) continue;
    if (typeof value !== 'string' || !mayHold(name, value)) return null;
    lines.push(name, value);
  }
  return lines.length === 0 ? null : `${lines.join('\n')}\n`;
}

function mayHold(name: string, text: string): boolean {
  return name === 'Message' || !/[\r\n]/.test(text);
}
