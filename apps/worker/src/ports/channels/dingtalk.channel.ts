import { createHmac } from 'node:crypto';
import type { JsonObject } from '#shared';
import { textOf, type Channel } from './channel.js';
import { deliverHttp, jsonMessage } from './http-delivery.js';
import { robotAnswer } from './robot-answer.js';

/** -1: the system is busy; 410100 and 660026: more than 20 messages a minute. */
const judge = robotAnswer({ code: ['errcode'], message: ['errmsg'] }, [-1, 410100, 660026]);

/** Custom robot, https://open.dingtalk.com/document/robots/custom-robot-access. */
export const dingtalkChannel: Channel = (call, ports) => {
  const { text, subject, to } = call.message;
  const at = { atMobiles: to };
  const body: JsonObject =
    subject === null
      ? { msgtype: 'text', text: { content: text }, at }
      : { msgtype: 'markdown', markdown: { title: subject, text: `### ${subject}\n\n${text}` }, at };
  const url = signedUrl(String(call.config['url']), textOf(call.config['secret']), ports.now());
  return deliverHttp(jsonMessage(url, body), call, ports, judge);
};

/** `sign` is base64 of HMAC-SHA256 with the secret over `timestamp + "\n" + secret`; the time in milliseconds, within an hour. */
function signedUrl(url: string, secret: string | null, now: Date): string {
  if (secret === null || !URL.canParse(url)) return url;
  const timestamp = String(now.getTime());
  const signed = new URL(url);
  signed.searchParams.set('timestamp', timestamp);
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
  return signed.href;
}
