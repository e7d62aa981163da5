import { Redis } from 'ioredis';
import type { QueueOptions, ReplyChannel } from '../../contract.js';
import { isInstanceName, newInstanceName } from '../../replies/instance-name.js';
import { ReplyListeners } from '../../replies/reply-listeners.js';
import { within } from '../../timing/within.js';
import { producerClient } from './producer-client.js';
import { reconnectDelay } from './reconnect-delay.js';

/**
 * Replies over Redis pub/sub: one subscriber connection for whoever is woken, one publisher for whoever wakes, each
 * opened on first use.
 */
export class RedisReplyChannel implements ReplyChannel {
  readonly instance = newInstanceName();
  private readonly listeners = new ReplyListeners();
  private readonly subscriber: Redis;
  private readonly publisher: Redis;
  private connecting: Promise<void> | undefined;

  constructor(
    redisUrl: string,
    private readonly options: QueueOptions,
    private readonly onError: (error: Error) => void,
  ) {
    this.subscriber = new Redis(redisUrl, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      keepAlive: 10_000,
      retryStrategy: reconnectDelay,
    });
    this.publisher = producerClient(redisUrl, options.commandTimeoutMs, { lazyConnect: true });
    this.subscriber.on('error', onError);
    this.publisher.on('error', onError);
  }

  async start(): Promise<void> {
    const own = this.channelOf(this.instance);
    this.subscriber.on('message', (channel, message) => {
      if (channel === own) this.listeners.deliver(message);
    });
    // Queued until there is a connection, and repeated by the client after every later one.
    const subscribed = this.subscriber.subscribe(own);
    await within(this.options.commandTimeoutMs, subscribed, 'Subscribing to replies').catch(this.onError);
  }

  listen(executionId: string, wake: () => void): () => void {
    return this.listeners.add(executionId, wake);
  }

  async publish(instance: string, executionId: string): Promise<void> {
    if (!isInstanceName(instance)) return;
    try {
      if (this.publisher.status === 'wait') this.connecting = this.publisher.connect();
      await within(this.options.commandTimeoutMs, this.send(instance, executionId), 'Publishing a reply');
    } catch (error) {
      this.onError(error as Error);
    }
  }

  async close(): Promise<void> {
    // Publishes on their way are flushed by QUIT; a frozen server does not hold up the shutdown.
    if (this.publisher.status === 'ready') {
      await within(this.options.commandTimeoutMs, this.publisher.quit(), 'Closing replies').catch(() => undefined);
    }
    this.publisher.disconnect();
    this.subscriber.disconnect();
    this.listeners.clear();
  }

  private async send(instance: string, executionId: string): Promise<void> {
    // Only the first attempt to connect is waited for; when it failed the client goes on trying by itself.
    await this.connecting?.catch(() => undefined);
    await this.publisher.publish(this.channelOf(instance), executionId);
  }

  private channelOf(instance: string): string {
    return `${this.options.prefix}:replies:${instance}`;
  }
}
