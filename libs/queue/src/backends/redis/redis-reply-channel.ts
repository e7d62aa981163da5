import { Redis } from 'ioredis';
import type { QueueOptions, ReplyChannel } from '../../contract.js';
import { isInstanceName, newInstanceName } from '../../replies/instance-name.js';
import { ReplyListeners, type Wake } from '../../replies/reply-listeners.js';
import { encodeReply } from '../../replies/reply-message.js';
import { ImpatientBatcher } from '../../timing/impatient-batcher.js';
import { within } from '../../timing/within.js';
import { producerClient } from './producer-client.js';
import { reconnectDelay } from './reconnect-delay.js';

/** Longer texts are looked up: pub/sub buffers them for every slow subscriber. */
const MOST_BYTES = 64 * 1024;

interface Message {
  channel: string;
  payload: string;
}

/**
 * Replies over Redis pub/sub: one subscriber connection for whoever is woken, one publisher for whoever wakes, each
 * opened on first use. Messages of one turn share a round trip.
 */
export class RedisReplyChannel implements ReplyChannel {
  readonly instance = newInstanceName();
  private readonly listeners = new ReplyListeners();
  private readonly subscriber: Redis;
  private readonly publisher: Redis;
  private readonly batcher: ImpatientBatcher<Message>;
  private connecting: Promise<void> | undefined;

  constructor(
    redisUrl: string,
    private readonly options: QueueOptions,
    private readonly onError: (error: Error) => void,
  ) {
    this.subscriber = new Redis(redisUrl, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      // The client waits for so long for a connection to end that is gone already, and the process with it.
      disconnectTimeout: options.commandTimeoutMs,
      keepAlive: 10_000,
      retryStrategy: reconnectDelay,
    });
    this.publisher = producerClient(redisUrl, options.commandTimeoutMs, { lazyConnect: true });
    this.batcher = new ImpatientBatcher({
      patienceMs: options.commandTimeoutMs,
      what: 'Publishing a reply',
      run: (messages) => this.send(messages),
    });
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

  listen(executionId: string, wake: Wake): () => void {
    return this.listeners.add(executionId, wake);
  }

  async publish(instance: string, executionId: string, text?: string): Promise<void> {
    if (!isInstanceName(instance)) return;
    const payload = encodeReply(executionId, text, MOST_BYTES);
    await this.batcher.add({ channel: this.channelOf(instance), payload }).catch(this.onError);
  }

  async close(): Promise<void> {
    // What is on its way is sent first, by QUIT at the latest; a frozen server does not hold up the shutdown.
    await within(this.options.commandTimeoutMs, this.batcher.close(), 'Closing replies').catch(() => undefined);
    if (this.publisher.status === 'ready') {
      await within(this.options.commandTimeoutMs, this.publisher.quit(), 'Closing replies').catch(() => undefined);
    }
    this.publisher.disconnect();
    this.subscriber.disconnect();
    this.listeners.clear();
  }

  private async send(messages: readonly Message[]): Promise<void> {
    if (this.publisher.status === 'wait') this.connecting = this.publisher.connect();
    // Only the first attempt to connect is waited for; when it failed the client goes on trying by itself.
    await this.connecting?.catch(() => undefined);
    const pipeline = this.publisher.pipeline();
    for (const { channel, payload } of messages) pipeline.publish(channel, payload);
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }

  private channelOf(instance: string): string {
    return `${this.options.prefix}:replies:${instance}`;
  }
}
