import type { Json } from '#shared';

/**
 * One inbound HTTP call as it is stored: credentials are already masked, the body is the exact bytes.
 * `$context` is derived from it by one pure function, in the gateway and in the worker alike.
 */
export interface StoredRequest {
  /** UUIDv7; also the `X-Request-Id` of the answer. */
  id: string;
  receivedAt: Date;
  method: string;
  /** Path and query as received, credential parameters masked; never the host. */
  url: string;
  ip: string;
  /** Lower-case names; repeated headers joined with `, ` as node:http does. Credentials masked as `***`. */
  headers: Record<string, string>;
  /** After removing at most one layer of content encoding; signatures were checked over the bytes the preset names. */
  body: Buffer;
  /** What the dedup id was made of; null when there was none. */
  deliveryId: string | null;
}

/** `$context` of contract.md 5. Values are JSON; absent ones are absent. */
export interface TriggerContext {
  data: Json;
  body: Json;
  headers: Record<string, string>;
  query: Json;
  params: Record<string, string>;
  files: Json;
  method: string;
  path: string;
  url: string;
  ip: string;
  receivedAt: string;
  requestId: string;
  deliveryId: string | null;
  rawBody: string;
  rawSha256: string;
  vars: Record<string, Json>;
}
