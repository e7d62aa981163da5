import type { ValueSource } from './contract.js';
import { findValue, type ValueMessage } from './find-value.js';
import { findProvider } from './providers/index.js';

/** What a provider says about an event: its own ids, as written, never rounded. */
export interface Delivery {
  deliveryId: string | null;
  eventType: string | null;
}

/** Read after the signature was verified and the body decoded. Never throws. */
export function readDelivery(providerName: string, message: ValueMessage): Delivery {
  const provider = findProvider(providerName);
  const find = (source: ValueSource | null | undefined): string | null =>
    source ? (findValue(source, message) ?? findInPayload(source, provider?.formPayload ?? null, message)) : null;
  return { deliveryId: find(provider?.deliveryId), eventType: find(provider?.eventType) };
}

/** Some senders put the event as JSON into a field of a form. */
function findInPayload(source: ValueSource, field: string | null, message: ValueMessage): string | null {
  const payload = field === null ? null : findValue({ form: field }, message);
  return payload === null ? null : findValue(source, { ...message, rawBody: Buffer.from(payload, 'utf8') });
}
