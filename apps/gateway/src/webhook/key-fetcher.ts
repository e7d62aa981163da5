import type { Logger } from '#shared';
import type { FetchKey, KeyUrlRule } from '#signatures';
import { allowedKeyUrl } from './key-url.js';
import { OncePer } from './once-per.js';
import { Recent } from './recent.js';

/** Gets the body behind a URL with a GET, without following redirects. Rejects for anything but a whole 2xx answer. */
export type FetchUrl = (url: URL, limits: FetchLimits) => Promise<Buffer>;

export interface FetchLimits {
  bytes: number;
  timeMs: number;
}

export interface KeyFetcherOptions {
  fetchUrl: FetchUrl;
  limits: FetchLimits;
  logger: Pick<Logger, 'warn'>;
  /** Milliseconds that only go up. */
  now?: () => number;
}

const HOUR = 3_600_000;
/** A key is believed this long without being asked for again. Milliseconds. */
const FRESH = HOUR;
/** And this long when its place does not answer: keys outlive outages. */
const USABLE = 24 * HOUR;
/** What could not be had is not asked for again before. */
const MISSING = 60_000;
/** Keys kept, and failures remembered. */
const MOST = 1_000;
/** Outgoing calls at once: messages that nobody has verified cause them. */
const MOST_CALLS = 20;

/** Keys and certificates by URL: the rule first, then the cache, then one call however many wait for it. */
export class KeyFetcher {
  private readonly keys = new Recent<string, { body: Buffer; at: number }>(MOST);
  private readonly failures = new Recent<string, number>(MOST);
  private readonly calls = new Map<string, Promise<Buffer | null>>();
  private readonly now: () => number;
  private readonly quiet = new OncePer(MISSING);

  constructor(private readonly options: KeyFetcherOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  /** Null when the URL may not be fetched, or cannot be. Never rejects. */
  readonly fetchKey: FetchKey = (text, rule) => {
    const url = allowedKeyUrl(text, rule);
    return url ? this.get(url) : Promise.resolve(null);
  };

  /** Calls a URL once, for its effect. Never rejects. */
  async confirm(text: string, rule: KeyUrlRule): Promise<'done' | 'failed' | 'forbidden'> {
    const url = allowedKeyUrl(text, rule);
    if (!url) return 'forbidden';
    if (this.calls.size >= MOST_CALLS) return 'failed';
    return (await this.share(`confirm ${url.href}`, url)) ? 'done' : 'failed';
  }

  private get(url: URL): Promise<Buffer | null> {
    const name = url.href;
    const known = this.keys.get(name);
    const age = known ? this.now() - known.at : Infinity;
    if (known && age < FRESH) return Promise.resolve(known.body);
    const last = known && age < USABLE ? known.body : null;
    if (this.now() - (this.failures.get(name) ?? -Infinity) < MISSING) return Promise.resolve(last);
    if (this.calls.size >= MOST_CALLS && !this.calls.has(name)) return Promise.resolve(last);
    return this.share(name, url).then((body) => this.keep(name, body) ?? last);
  }

  private keep(name: string, body: Buffer | null): Buffer | null {
    if (body) this.keys.set(name, { body, at: this.now() });
    else this.failures.set(name, this.now());
    return body;
  }

  private share(name: string, url: URL): Promise<Buffer | null> {
    const running = this.calls.get(name);
    if (running) return running;
    const call = this.call(url).finally(() => this.calls.delete(name));
    this.calls.set(name, call);
    return call;
  }

  private async call(url: URL): Promise<Buffer | null> {
    try {
      return await this.options.fetchUrl(url, this.options.limits);
    } catch (error) {
      if (this.quiet.allows(url.hostname)) {
        this.options.logger.warn({ err: error, host: url.hostname }, 'key_fetch_failed');
      }
      return null;
    }
  }
}
