import { PostgresReplyChannel } from '../backends/postgres/postgres-reply-channel.js';
import { RedisReplyChannel } from '../backends/redis/redis-reply-channel.js';
import type { QueueOptions, ReplyChannel } from '../contract.js';

/**
 * Redis pub/sub, or LISTEN/NOTIFY when there is no Redis. Nothing connects before `start` or the first `publish`.
 * `start` waits at most the command timeout and goes on trying afterwards: without wake-ups waiters still poll.
 * `onError` hears of connection faults; none of them rejects anything.
 */
export function createReplyChannel(
  options: QueueOptions,
  onError: (error: Error) => void = () => undefined,
): ReplyChannel {
  return options.redisUrl === null
    ? new PostgresReplyChannel(options, onError)
    : new RedisReplyChannel(options.redisUrl, options, onError);
}
