import { get, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { guardedLookup, type SsrfGuard } from '#shared';
import type { FetchUrl } from './key-fetcher.js';

/**
 * Fetches over HTTPS from hosts that the SSRF guard lets through, on a connection of its own to the address just
 * checked. Redirects are answers like any other, and not wanted.
 * @param tls certificate authorities of tests
 */
export function guardedFetch(guard: SsrfGuard, tls: Pick<RequestOptions, 'ca'> = {}): FetchUrl {
  const lookup = guardedLookup(guard);
  return async (url, limits) => {
    guard.checkUrl(url);
    const answer = await open(url, { ...tls, agent: false, lookup }, limits.timeMs);
    return read(answer, limits.bytes);
  };
}

/** The time is for the whole call, the body included: it destroys whatever is still open. */
function open(url: URL, options: RequestOptions, timeMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeMs);
    const headers = { 'user-agent': 'hookmill', accept: '*/*', 'accept-encoding': 'identity' };
    get(url, { ...options, headers, signal }, resolve).on('error', reject);
  });
}

async function read(answer: IncomingMessage, most: number): Promise<Buffer> {
  const { statusCode = 0 } = answer;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if (statusCode < 200 || statusCode > 299) throw new Error(`answered ${statusCode}`);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) throw new Error(`answered more than ${most} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  } finally {
    answer.destroy();
  }
}
