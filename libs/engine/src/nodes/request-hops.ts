import { isJsonObject, type Json } from '#shared';

/** Counts, on calls from workflows, how many workflows called each other to get there. The gateway refuses too many. */
export const HOPS_HEADER = 'x-hookmill-hops';

/**
 * Hops that the request behind this `$context` had made; 0 for one that came from elsewhere or says nonsense. Only a
 * guard against loops: a sender may claim what it likes, and harms its own request at most.
 */
export function hopsFrom(context: Json): number {
  const headers = isJsonObject(context) ? context['headers'] : undefined;
  const text = isJsonObject(headers) ? headers[HOPS_HEADER] : undefined;
  return typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
}
