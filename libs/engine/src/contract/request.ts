import type { HeaderList, Json } from '#shared';

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
  /** Names and values in the order and spelling received. Credentials masked as `***`. */
  rawHeaders: HeaderList;
  /** The same, by lower-case name, as `joinHeaders` makes them: repeated ones joined with `, `. */
  headers: Record<string, string>;
  /** The bytes exactly as received. */
  body: Buffer;
  /** What is parsed, where that is not `body` itself: without its content encoding, or decrypted by the preset. */
  content: ParsedContent | null;
  /** What the dedup id was made of; null when there was none. */
  deliveryId: string | null;
}

/** A body made readable. */
export interface ParsedContent {
  body: Buffer;
  /** Decides the parser instead of the header, after decrypting; null: the header does. */
  contentType: string | null;
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
