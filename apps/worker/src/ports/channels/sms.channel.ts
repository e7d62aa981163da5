import { refused, type Channel } from './channel.js';
import { deliverHttp } from './http-delivery.js';
import { templatedCall, templatedJudge } from './templated-call.js';

/** The HTTP interface of an SMS provider; see the channel's own docs. */
export const smsChannel: Channel = async (call, ports) => {
  const { to, text } = call.message;
  if (to.length === 0) return refused('invalid_message', 'An SMS needs at least one number in message.to.');
  const judge = templatedJudge(call.config['success']);
  return deliverHttp(templatedCall(call, { to, text }), call, ports, judge);
};
