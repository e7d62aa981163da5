import type { ReplyChannel } from '../contract.js';
import { newInstanceName } from '../replies/instance-name.js';
import { encodeReply } from '../replies/reply-message.js';
import { ReplyListeners } from '../replies/reply-listeners.js';

/** As on Redis. */
const MOST_BYTES = 64 * 1024;

/** What stands between in-memory channels: instances by name. */
export type ReplyHub = Map<string, ReplyListeners>;

/** A reply channel without a network; channels that share a hub hear of each other, on a later turn of the event loop. */
export function inMemoryReplyChannel(hub: ReplyHub = new Map()): ReplyChannel {
  const instance = newInstanceName();
  const listeners = new ReplyListeners();
  return {
    instance,
    async start() {
      hub.set(instance, listeners);
    },
    listen: (executionId, wake) => listeners.add(executionId, wake),
    async publish(to, executionId, text) {
      const message = encodeReply(executionId, text, MOST_BYTES);
      setImmediate(() => hub.get(to)?.deliver(message));
    },
    async close() {
      hub.delete(instance);
      listeners.clear();
    },
  };
}
