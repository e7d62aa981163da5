import { refused, type Channel } from './channel.js';

/** Kept in our own database, once for each recipient however often it is sent. */
export const inAppChannel: Channel = async ({ message, messageKey }, { notifications }) => {
  const { to, subject: title, text } = message;
  if (to.length === 0) return refused('invalid_message', 'An in-app message needs at least one person in message.to.');
  const ids = await notifications.add({ messageKey, to, title, text });
  return { ok: true, result: { ids } };
};
