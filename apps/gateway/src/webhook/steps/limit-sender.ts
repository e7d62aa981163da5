import { addressBlock } from '../../limits/address-block.js';
import type { RequestLimits } from '../../limits/request-limits.js';
import { Refusal } from '../refusal.js';
import { retryAfter } from '../retry-after.js';
import type { WebhookRequest } from '../webhook-request.js';

/**
 * Gate 3: the limit of the source address, then that of all requests, so that what one address sends in vain takes
 * nothing from the others. Every request counts, also those to unknown URLs.
 * @throws Refusal rate_limited
 */
export function limitSender(request: WebhookRequest, { perAddress, overall, buckets }: RequestLimits): void {
  if (perAddress) {
    const wait = buckets.take(`address:${addressBlock(request.origin.ip)}`, perAddress);
    if (wait > 0) throw new Refusal('rate_limited', { headers: retryAfter(wait), why: 'address' });
  }
  if (overall) {
    const wait = buckets.take('all', overall);
    if (wait > 0) throw new Refusal('rate_limited', { headers: retryAfter(wait), why: 'global' });
  }
}
