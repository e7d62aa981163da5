import { createHmac } from 'node:crypto';
import type { JsonObject } from '#shared';
import { textOf, type Channel } from './channel.js';
import { deliverHttp, jsonMessage } from './http-delivery.js';
import { robotAnswer } from './robot-answer.js';

/** 11232: more than 100 messages a minute or 5 a second. Success is `StatusCode` 0 in older answers. */
const judge = robotAnswer({ code: ['code', 'StatusCode'], message: ['msg', 'StatusMessage'] }, [11232]);

/** Custom robot, https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. */
export const feishuChannel: Channel = (call, ports) => {
  const { text, subject } = call.message;
  const content = { text: subject === null ? text : `${subject}\n${text}` };
  const body = { ...signature(textOf(call.config['secret']), ports.now()), msg_type: 'text', content };
  return deliverHttp(jsonMessage(String(call.config['url']), body), call, ports, judge);
};

/** The key is `timestamp + "\n" + secret` and what is signed is empty; the time in seconds, within an hour. */
function signature(secret: string | null, now: Date): JsonObject {
  if (secret === null) return {};
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
