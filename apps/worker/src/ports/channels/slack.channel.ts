import type { Channel } from './channel.js';
import { deliverHttp, jsonMessage } from './http-delivery.js';

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: 200 and `ok`, else 4xx with a word. */
export const slackChannel: Channel = (call, ports) => {
  const { text, subject, raw } = call.message;
  const body = { text: subject === null ? text : `*${subject}*\n${text}` };
  const { blocks, attachments } = raw;
  const extra = { ...(blocks === undefined ? {} : { blocks }), ...(attachments === undefined ? {} : { attachments }) };
  return deliverHttp(jsonMessage(String(call.config['url']), { ...body, ...extra }), call, ports);
};
