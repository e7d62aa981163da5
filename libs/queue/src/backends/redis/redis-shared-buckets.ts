import type { Redis } from 'ioredis';
import { bucketKey } from '../../buckets/bucket-key.js';
import type { BucketGrant, BucketRequest, QueueOptions, SharedBuckets } from '../../contract.js';
import { within } from '../../timing/within.js';
import { producerClient } from './producer-client.js';

/**
 * Per key three arguments: rate, burst, want. A bucket is the text "<tokens> <microseconds>", on Redis' own clock, and
 * expires once it would be full: a missing bucket is a full one. Tokens rather than the moment of the next one, so that
 * a limit that was changed counts at once. A clock that jumped back adds nothing. What cannot be read counts as missing.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answers = {}
for i, key in ipairs(KEYS) do
  local rate, burst, want = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local tokens = burst
  local held, at = string.match(redis.call('GET', key) or '', '^(%S+) (%S+)$')
  held, at = tonumber(held), tonumber(at)
  if held and at then
    tokens = math.min(burst, held + math.max(0, now - at) * rate / 1000000)
  end
  local granted = math.min(want, math.floor(tokens))
  tokens = tokens - granted
  local full = math.ceil((burst - tokens) / rate * 1000)
  if full > 0 then
    redis.call('SET', key, string.format('%.17g %.17g', tokens, now), 'PX', full)
  else
    redis.call('DEL', key)
  end
  answers[2 * i - 1] = granted
  answers[2 * i] = string.format('%.17g', tokens)
end
return answers
`;

type Take = (count: number, ...keysAndArguments: (string | number)[]) => Promise<(number | string)[]>;

/**
 * One script per call, sent by its hash; ioredis sends its text when Redis does not know it. The connection is opened by
 * the first call and comes back by itself.
 */
export class RedisSharedBuckets implements SharedBuckets {
  private readonly client: Redis;
  private readonly run: Take;
  private connecting: Promise<void> | undefined;

  constructor(
    redisUrl: string,
    private readonly options: Pick<QueueOptions, 'prefix' | 'commandTimeoutMs'>,
    onError: (error: Error) => void,
  ) {
    this.client = producerClient(redisUrl, options.commandTimeoutMs, { lazyConnect: true });
    this.client.on('error', onError);
    this.client.defineCommand('takeTokens', { lua: TAKE });
    this.run = (this.client as Redis & { takeTokens: Take }).takeTokens.bind(this.client);
  }

  async take(requests: readonly BucketRequest[]): Promise<readonly BucketGrant[]> {
    if (requests.length === 0) return [];
    const { commandTimeoutMs } = this.options;
    const answers = await within(commandTimeoutMs, this.ask(requests), 'Taking from shared buckets').catch(
      (error: unknown) => {
        this.dropSilentConnection(error);
        throw error;
      },
    );
    return requests.map((_, at) => ({ granted: Number(answers[2 * at]), left: Number(answers[2 * at + 1]) }));
  }

  async close(): Promise<void> {
    this.client.disconnect();
  }

  private async ask(requests: readonly BucketRequest[]): Promise<(number | string)[]> {
    if (this.client.status === 'wait') this.connecting = this.client.connect();
    // Only the first attempt is waited for; when it failed the client goes on trying by itself.
    await this.connecting?.catch(() => undefined);
    const keys = requests.map(({ bucket }) => `${this.options.prefix}:buckets:${bucketKey(bucket)}`);
    const values = requests.flatMap(({ rate, burst, want }) => [rate, burst, want]);
    return this.run(keys.length, ...keys, ...values);
  }

  /** A host that vanished without closing its connections would keep the client silent until TCP gives up. */
  private dropSilentConnection(error: unknown): void {
    const isSilent = error instanceof Error && (error.message === 'Command timed out' || error.name === 'QueueTimeout');
    if (isSilent && this.client.status === 'ready') this.client.disconnect(true);
  }
}
