/** HTTP headers with lower-case names; repeated ones joined with `, `, so that a doubled signature matches no grammar. */
export type SignatureHeaders = Readonly<Record<string, string | undefined>>;

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512';
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** Where an HMAC signature is found, how it is written and what it is made over. */
export interface HmacScheme {
  /** Lower-case name of the header that carries the signature. */
  header: string;
  /** Fixed by the preset, never taken from the message (downgrade attack). */
  algorithm: HmacAlgorithm;
  encoding: SignatureEncoding;
  /** Text before the encoded digest, e.g. `sha256=`; compared exactly. */
  prefix: string;
  /** Template over `{raw}` (the bytes as received) and `{timestamp}` (the header's text). */
  signedBytes: string;
  /** Lower-case name; null when no timestamp is signed. */
  timestampHeader: string | null;
  /** Seconds the timestamp may be away from now, in both directions. */
  tolerance: number;
}

/** Options that a workflow document may give to the generic `hmac` provider. */
export interface HmacSettings {
  header?: string;
  algorithm?: HmacAlgorithm;
  encoding?: SignatureEncoding;
  prefix?: string;
  signedBytes?: string;
  timestampHeader?: string;
  tolerance?: number;
}

/** One `signature` entry of a document with its secrets resolved. Secrets are used as UTF-8 bytes. */
export interface SignatureEntry extends HmacSettings {
  provider: string;
  secrets: readonly string[];
}

/** What is verified. `rawBody` is the body as received: before content decoding, before any parser. */
export interface SignedMessage {
  rawBody: Buffer;
  headers: SignatureHeaders;
  now: Date;
}

/** Why a signature was refused; for logs and diagnosis, never for the sender. */
export type SignatureFault =
  | 'unknown_provider'
  | 'misconfigured'
  | 'missing_signature'
  | 'malformed_signature'
  | 'missing_timestamp'
  | 'malformed_timestamp'
  | 'timestamp_out_of_tolerance'
  | 'mismatch';

export type SignatureVerdict =
  | {
      ok: true;
      /** The provider's own id of this delivery, equal on redelivery; absent when it sent none. */
      deliveryId?: string;
      /** Position in `secrets` of the first that matched. */
      secretIndex: number;
    }
  | { ok: false; reason: SignatureFault };

/** A fixed answer to a provider's signed probe; no execution starts. */
export interface HandshakeReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One message with the signature that its provider (or its official library) gives it. */
export interface SignatureVector {
  source: string;
  secret: string;
  body: string;
  headers: Record<string, string>;
  /** ISO 8601; null when time plays no part. */
  at: string | null;
}

/** A provider: data only. Adding one is a file here, its vectors, and a line in `providers/index.ts`. */
export interface Provider {
  name: string;
  title: string;
  /** Markdown, one paragraph. */
  docs: string;
  /** `configured`: the document's own options describe the scheme. */
  scheme: HmacScheme | 'configured';
  /** Lower-case name of the header with the delivery id; null when there is none. */
  deliveryIdHeader: string | null;
  /** Lower-case name of the header with the event type; null when there is none. */
  eventHeader: string | null;
  /** A signed probe (gate 13) and its answer; null when the provider sends none. */
  handshake: { header: string; equals: string; reply: HandshakeReply } | null;
  /** Milliseconds after which the sender gives up; null when unknown. */
  patienceMs: number | null;
  /** Milliseconds over which the same delivery may come again; null when unknown. */
  retryHorizonMs: number | null;
  vectors: readonly SignatureVector[];
}
