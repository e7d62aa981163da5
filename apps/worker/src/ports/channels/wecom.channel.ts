import type { JsonObject } from '#shared';
import type { Channel } from './channel.js';
import { deliverHttp, jsonMessage } from './http-delivery.js';
import { robotAnswer } from './robot-answer.js';

/** -1: the system is busy; 45009: more than 20 messages a minute. */
const judge = robotAnswer({ code: ['errcode'], message: ['errmsg'] }, [-1, 45009]);

/** Group robot, https://developer.work.weixin.qq.com/document/path/91770. */
export const wecomChannel: Channel = (call, ports) => {
  const { text, subject, to } = call.message;
  const content = subject === null ? text : `${subject}\n${text}`;
  const mentioned: JsonObject = to.length === 0 ? {} : { mentioned_list: to };
  const body = { msgtype: 'text', text: { content, ...mentioned } };
  return deliverHttp(jsonMessage(String(call.config['url']), body), call, ports, judge);
};
