import { findValue, type ValueMessage } from './find-value.js';
import { findProvider } from './providers/index.js';

/** What a provider says about an event: its own ids, as written, never rounded. */
export interface Delivery {
  deliveryId: string | null;
  eventType: string | null;
}

/** Read after the signature was verified and the body parsed. Never throws. */
export function readDelivery(providerName: string, message: ValueMessage): Delivery {
  const provider = findProvider(providerName);
  const find = (source: Parameters<typeof findValue>[0] | null | undefined): string | null =>
    source ? findValue(source, message) : null;
  return { deliveryId: find(provider?.deliveryId), eventType: find(provider?.eventType) };
}
