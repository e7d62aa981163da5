import { createHmac } from 'node:crypto';
import { fillText } from '#engine';
import { textOf, type Channel } from './channel.js';
import { deliverHttp } from './http-delivery.js';
import { templatedCall, templatedJudge } from './templated-call.js';

/** Any HTTP receiver, see the channel's own docs. */
export const webhookChannel: Channel = (call, ports) => {
  const message = templatedCall(call, call.message.raw);
  const template = textOf(call.config['secret']);
  const secret = template === null ? null : fillText(template, { $env: call.env }, (value) => value);
  const signed = secret === null ? {} : signature(secret, call.messageKey, message.body ?? '', ports.now());
  const headers = { ...message.headers, ...signed };
  return deliverHttp({ ...message, headers }, call, ports, templatedJudge(call.config['success']));
};

/** Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`; a secret with `whsec_` is base64. The time in seconds. */
function signature(secret: string, id: string, body: Buffer | string, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}
