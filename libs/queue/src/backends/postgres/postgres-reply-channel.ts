import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import type { QueueOptions, ReplyChannel } from '../../contract.js';
import { isInstanceName, newInstanceName } from '../../replies/instance-name.js';
import { ReplyListeners, type Wake } from '../../replies/reply-listeners.js';
import { encodeReply } from '../../replies/reply-message.js';
import { ImpatientBatcher } from '../../timing/impatient-batcher.js';
import { within } from '../../timing/within.js';

/** Postgres cuts identifiers at 63 bytes; an instance name and the separator take 43 of them. */
const PREFIX_BYTES = 20;
const LONGEST_RETRY_MS = 1000;
/** A payload must be shorter than 8,000 bytes. */
const MOST_BYTES = 7999;

interface Message {
  channel: string;
  payload: string;
}

/**
 * Replies over LISTEN/NOTIFY: one dedicated connection for whoever is woken, a pool of one for whoever wakes.
 * Notifications are batched because Postgres commits notifying transactions one after another.
 */
export class PostgresReplyChannel implements ReplyChannel {
  readonly instance = newInstanceName();
  private readonly listeners = new ReplyListeners();
  private readonly pool: Pool;
  private readonly batcher: ImpatientBatcher<Message>;
  private client: Client | undefined;
  private closed = false;

  constructor(
    private readonly options: QueueOptions,
    private readonly onError: (error: Error) => void,
  ) {
    this.pool = new Pool({
      connectionString: options.databaseUrl,
      max: 1,
      connectionTimeoutMillis: options.commandTimeoutMs,
      query_timeout: options.commandTimeoutMs,
      keepAlive: true,
    });
    this.pool.on('error', onError);
    this.batcher = new ImpatientBatcher({
      patienceMs: options.commandTimeoutMs,
      what: 'Publishing a reply',
      maxInFlight: 1,
      run: (messages) => this.notify(messages),
    });
  }

  async start(): Promise<void> {
    await within(this.options.commandTimeoutMs, this.subscribe(), 'Subscribing to replies').catch(this.onError);
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
    if (this.closed) return;
    this.closed = true;
    this.listeners.clear();
    await within(this.options.commandTimeoutMs, this.batcher.close(), 'Closing replies').catch(() => undefined);
    const ends = Promise.all([this.client?.end(), this.pool.end()]);
    await within(this.options.commandTimeoutMs, ends, 'Closing replies').catch(this.onError);
  }

  /** Tries until it is subscribed or closed. */
  private async subscribe(): Promise<void> {
    for (let attempt = 1; !this.closed; attempt += 1) {
      try {
        await this.connect();
        return;
      } catch (error) {
        this.onError(error as Error);
        await sleep(Math.min(attempt * 100, LONGEST_RETRY_MS), undefined, { ref: false });
      }
    }
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.options.databaseUrl,
      connectionTimeoutMillis: this.options.commandTimeoutMs,
      query_timeout: this.options.commandTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client.on('error', this.onError);
    client.on('notification', (message) => this.listeners.deliver(message.payload));
    try {
      await client.connect();
      await client.query(`listen "${this.channelOf(this.instance)}"`);
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    if (this.closed) return client.end();
    this.client = client;
    client.once('end', () => {
      if (!this.closed) void this.subscribe();
    });
  }

  private async notify(messages: readonly Message[]): Promise<void> {
    await this.pool.query(
      'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as m (channel, payload)',
      [messages.map((message) => message.channel), messages.map((message) => message.payload)],
    );
  }

  private channelOf(instance: string): string {
    return `${this.options.prefix.slice(0, PREFIX_BYTES)}:replies:${instance}`;
  }
}
