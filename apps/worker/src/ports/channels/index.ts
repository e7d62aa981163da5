import type { Channel } from './channel.js';
import { dingtalkChannel } from './dingtalk.channel.js';
import { emailChannel } from './email.channel.js';
import { feishuChannel } from './feishu.channel.js';
import { inAppChannel } from './in-app.channel.js';
import { slackChannel } from './slack.channel.js';
import { smsChannel } from './sms.channel.js';
import { webhookChannel } from './webhook.channel.js';
import { wecomChannel } from './wecom.channel.js';

/** How each type of channel sends; the types themselves are declared in `#engine`. */
export const channels: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ['email', emailChannel],
  ['slack', slackChannel],
  ['wecom', wecomChannel],
  ['dingtalk', dingtalkChannel],
  ['feishu', feishuChannel],
  ['webhook', webhookChannel],
  ['sms', smsChannel],
  ['in-app', inAppChannel],
]);
