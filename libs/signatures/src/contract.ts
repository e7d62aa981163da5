import type { Json, JsonObject } from '#shared';

/*
 * The words of this library. A provider is data; a scheme is the data's shape and one function each to verify and to
 * sign. Nothing here does I/O: keys that have to be fetched come through `FetchKey`.
 */

// ---- messages -------------------------------------------------------------------------------------------------

/** HTTP headers with lower-case names; repeated ones joined with `, `, so that a doubled signature matches no grammar. */
export type SignatureHeaders = Readonly<Record<string, string | undefined>>;

/** What is verified. */
export interface SignedMessage {
  method: string;
  /**
   * The URL as its sender called it: the configured public URL plus path and query as received, or the entry's own
   * `url`. Never made from Host or X-Forwarded-*.
   */
  url: string;
  headers: SignatureHeaders;
  /** The body as received: before content decoding, before any parser. Empty for gates before the body is read. */
  rawBody: Buffer;
  now: Date;
}

/** One `signature` (or `jwt`) entry of a document with its templates resolved. */
export interface SignatureEntry {
  provider: string;
  /** Keys in the preset's own writing, public keys too; any may match. Blank ones never do. */
  secrets: readonly string[];
  /** The entry's other properties, checked against the preset's `options`. */
  options?: Readonly<JsonObject>;
}

// ---- verdicts -------------------------------------------------------------------------------------------------

/** Why a signature was refused; for logs and diagnosis, never for the sender. */
export type SignatureFault =
  | 'unknown_provider'
  | 'misconfigured'
  | 'missing_signature'
  | 'malformed_signature'
  | 'missing_timestamp'
  | 'malformed_timestamp'
  | 'timestamp_out_of_tolerance'
  | 'wrong_algorithm'
  | 'unknown_key'
  | 'key_unavailable'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'wrong_receiver'
  | 'malformed_body'
  | 'mismatch';

export type SignatureVerdict =
  | {
      ok: true;
      /** Position in `secrets` of the first that matched; null for a scheme without them. */
      secretIndex: number | null;
      /** What the scheme itself proves to be unique (`jti`, `nonce`, a signed message id); absent for most. */
      signedId?: string;
      /** The message behind an encrypted body; absent when the body is what it is. */
      decrypted?: { body: Buffer; contentType: string };
    }
  | { ok: false; reason: SignatureFault };

/**
 * Gives the bytes behind a URL of a key or certificate; null when it may not be, or could not be, fetched. The rule on
 * the host is the preset's and is applied by the port, before any connection.
 */
export type FetchKey = (url: string, rule: KeyUrlRule) => Promise<Buffer | null>;

/** Which URLs a preset may take keys from: `https` only, no port but 443, no user info, no redirects. */
export interface KeyUrlRule {
  /** Regular expression over the whole lower-case host; null: any host that the operator configured (JWKS). */
  host: string | null;
  /** What the path must end with, e.g. `.pem`; empty for anything. */
  pathSuffix: string;
}

// ---- where values are found -----------------------------------------------------------------------------------

/**
 * Where a value of a message is found. `json` and `xml` are paths of member names and list positions, `a.b.0.c`, of XML
 * from the root element on; numbers of JSON count as the text they were written as. `query` and `form` count only when
 * they occur once.
 */
export type ValueSource =
  | { header: string }
  | { query: string }
  | { form: string }
  | { json: string }
  | { xml: string }
  /** All of them, joined by spaces; absent when one is. */
  | { all: readonly ValueSource[] }
  /** The first that is there. */
  | { first: readonly ValueSource[] }
  /** Of every item of a list in the JSON body (empty path: the body itself): the ids of a batch, one a line. */
  | { each: string; item: readonly string[] };

// ---- schemes --------------------------------------------------------------------------------------------------

export type HmacAlgorithm = 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512';
export type DigestAlgorithm = 'sha1' | 'sha256';
export type AsymmetricAlgorithm = 'ed25519' | 'ecdsa-p256-sha256' | 'rsa-pkcs1-sha1' | 'rsa-pkcs1-sha256';
export type SignatureAlgorithm = HmacAlgorithm | DigestAlgorithm | AsymmetricAlgorithm;
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** How a configured key is written. `pem` also takes bare base64 of SPKI; `ed25519-hex` is the 32 raw bytes. */
export type KeyEncoding = 'utf8' | 'hex' | 'base64' | 'pem' | 'ed25519-hex' | 'ed25519-base64';

/** A kind of key that a scheme takes. Fixed by the preset, never by the message (downgrade attack). */
export interface KeyKind {
  algorithm: SignatureAlgorithm;
  encoding: KeyEncoding;
  /** Text before the key, stripped, e.g. `whsec_`. A key kind with a prefix takes no key without it. Empty: any. */
  prefix: string;
  /** Which part of the grammar carries its signatures: a pair's name (`v1`) or a version of a list. Empty for `plain`. */
  label: string;
  /** How many bytes a key may have; absent: any number but none. */
  bytes?: { min: number; max: number };
}

/** How the signature is written into its place. */
export type SignatureGrammar =
  /** `prefix` and the encoded bytes, nothing else. */
  | { kind: 'plain'; prefix: string }
  /** `t=1,v1=ab,v1=cd`: pairs; those named like a key's label are signatures, `timestamp` names the time. */
  | { kind: 'pairs'; separator: string; timestamp: string | null }
  /** `v1,ab v1a,cd`: versions and signatures. */
  | { kind: 'versions' };

export interface TimestampRule {
  /** Null: it stands in the grammar's own pair. */
  from: ValueSource | null;
  unit: 's' | 'ms' | 'rfc3339';
  /** Seconds it may be older, and newer, than now. */
  past: number;
  future: number;
}

/**
 * One signature over bytes made by a template. Pieces: `{raw}`, `{timestamp}` (as written), `{nonce}`, `{id}`,
 * `{method}`, `{url}`, `{path}`, `{query}`, `{secret}`, `{form:sorted}` (each key and value of a form body by key, as
 * Twilio joins them), `{params:sorted}` (`k=v&k=v` by key without the signature's own fields, as Alipay does).
 */
export interface SignedBytesScheme {
  kind: 'signed-bytes';
  keys: readonly KeyKind[];
  signature: ValueSource;
  grammar: SignatureGrammar;
  encoding: SignatureEncoding;
  signedBytes: string;
  timestamp: TimestampRule | null;
  nonce: ValueSource | null;
  id: ValueSource | null;
  /** Which of several keys signed (a serial); null: all are tried. Keys are then written `<id>:<key>`. */
  keyId: ValueSource | null;
  /** Where the message names its algorithm itself, and the only name that it may give; absent: it names none. */
  algorithmName?: { from: ValueSource; is: string };
  /** Hexadecimal signatures may be written in upper case too. */
  anyHexCase?: true;
  /**
   * How the sender writes `{url}`. Absent: as it called it. `either-port`: with or without the default port. `decoded`:
   * with the escapes of the characters `:/?@!$'()*,;` undone.
   */
  url?: 'either-port' | 'decoded';
  /** A hash of the body in what is signed: where it is sent the body must have it, and `{form:sorted}` is empty. */
  bodyHash?: { from: ValueSource; algorithm: DigestAlgorithm };
  /** Fields of the form that `{params:sorted}` leaves out: the signature's own. */
  unsignedParams?: readonly string[];
  /** A part of the body that is encrypted; read when the entry's option holds the key. */
  sealed?: SealedPart;
}

/**
 * AES-256-GCM over one member of the JSON body, of which `ciphertext` (base64, tag appended), `nonce` and
 * `associated_data` are members. The decrypted message is the body with the plain JSON in the member's place.
 */
export interface SealedPart {
  /** Option of the entry that holds the 32 bytes of the key, as text. */
  option: string;
  member: string;
}

/** A token that is sent as it is. `isOptional`: without configured secrets nothing is asked for. */
export interface TokenScheme {
  kind: 'token';
  /** Null: the entry's options `header` or `query` say where. */
  from: ValueSource | null;
  isOptional: boolean;
  /** Scheme word before a token that stands in a header, in any case: `Bearer`. Absent: none. */
  word?: string;
}

/** The generic `hmac`: the entry's options make a {@link SignedBytesScheme}. */
export interface ConfiguredHmacScheme {
  kind: 'configured-hmac';
}

/** HTTP Basic; secrets are written `user:password`. */
export interface BasicScheme {
  kind: 'basic';
}

/** A bearer token in `Authorization`; `algorithms`, `publicKey` or `jwksUrl`, `issuer`, `audience` are options. */
export interface JwtScheme {
  kind: 'jwt';
}

/** HTTP message signatures, RFC 9421, with `Content-Digest`, RFC 9530. */
export interface MessageSignatureScheme {
  kind: 'message-signature';
}

/** Amazon SNS: fields of the JSON body signed with a key whose certificate the message names. */
export interface SnsScheme {
  kind: 'sns';
  certificates: KeyUrlRule;
}

/** Adyen: every item of the body carries an HMAC over some of its own fields. All items must verify. */
export interface SignedItemsScheme {
  kind: 'signed-items';
}

/** WeCom and its relatives: SHA-1 over sorted parts, AES-256-CBC with 32-byte PKCS#7; `token`, `encodingAESKey`, `receiveId`. */
export interface EncryptedCallbackScheme {
  kind: 'encrypted-callback';
}

/** Feishu: SHA-256 with the encrypt key in front of the body, which may be encrypted; `encryptKey`, `verificationToken`. */
export interface FeishuScheme {
  kind: 'feishu';
}

export type Scheme =
  | SignedBytesScheme
  | TokenScheme
  | ConfiguredHmacScheme
  | BasicScheme
  | JwtScheme
  | MessageSignatureScheme
  | SnsScheme
  | SignedItemsScheme
  | EncryptedCallbackScheme
  | FeishuScheme;

/** What a scheme's file exports: one object, registered in `schemes/index.ts`. */
export interface SchemeHandler<S extends Scheme = Scheme> {
  /** True when headers, method and URL are enough: it is then asked before the body is read (gate 9). */
  headersOnly: boolean;
  /** Never throws; without a usable key it still does the work of one comparison, then says `misconfigured`. */
  verify(
    scheme: S,
    entry: SignatureEntry,
    message: SignedMessage,
    fetchKey: FetchKey,
  ): SignatureVerdict | Promise<SignatureVerdict>;
  /**
   * Makes an encrypted body readable before its signature is known; used for unsigned handshakes only. Null when the body
   * is not encrypted, or not with this entry's key. Never throws.
   */
  open?(entry: SignatureEntry, message: SignedMessage): { body: Buffer; contentType: string } | null;
  /** @throws Error when the entry cannot sign */
  sign(scheme: S, entry: SigningEntry, request: UnsignedRequest, now: Date): UnsignedRequest;
}

/** What a sample or a test sends before it is signed; signing adds headers, and where the provider does so body or query. */
export interface UnsignedRequest {
  method: string;
  url: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Buffer;
}

/** An entry that can sign. */
export interface SigningEntry extends SignatureEntry {
  /** Where `secrets` are public keys: the private one, as PEM (PKCS#8). */
  privateKey?: string;
  /** Certificate URL or key id to name, where the scheme wants one. */
  keyId?: string;
}

// ---- handshakes -----------------------------------------------------------------------------------------------

/** What tells a handshake from an event. All of them must hold. */
export interface HandshakeMatch {
  method?: string;
  header?: { name: string; equals?: string };
  query?: string;
  /** A member that is there, and another that is not. */
  json?: { path: string; equals?: Json; without?: string };
}

/**
 * How a preset answers a probe. `unsigned`: gate 11, its own proof decides (a token compared in constant time, or the
 * state "awaiting handshake"); else gate 13, after the signature. Methods named in `match` are allowed at gate 5.
 */
export interface Handshake {
  unsigned: boolean;
  match: HandshakeMatch;
  answer:
    | { kind: 'fixed'; reply: HandshakeReply }
    /** Echoes a value; as text, or as JSON under a name. Capped at 1,024 characters, beyond: 400. */
    | { kind: 'echo'; value: ValueSource; as: 'text' | { json: string }; token: HandshakeToken | null }
    /** The decrypted value as bare text; wrong ciphertext is refused as a wrong signature is. */
    | { kind: 'decrypted-echo'; value: ValueSource }
    /** The message brings the secret itself: it is kept while there is none, never overwritten. */
    | { kind: 'secret-delivery'; value: ValueSource }
    /** The subscription is confirmed by a GET of a URL of the message. */
    | { kind: 'confirm-subscription'; url: ValueSource; rule: KeyUrlRule }
    /** CloudEvents' abuse protection: the origin is granted when `allowedOrigins` holds it or `*`. */
    | { kind: 'grant-origin' };
}

/** A proof inside the message that must equal an option of the entry. */
export interface HandshakeToken {
  value: ValueSource;
  option: string;
}

/** The answer to a provider's probe; no execution starts. */
export interface HandshakeReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What the gateway has to do for a handshake. */
export type HandshakeOutcome =
  | { kind: 'reply'; reply: HandshakeReply }
  | { kind: 'store-secret'; value: string; reply: HandshakeReply }
  | { kind: 'confirm'; url: string; rule: KeyUrlRule; reply: HandshakeReply }
  /** `forbidden`: its proof failed, 403. `malformed`: 400. */
  | { kind: 'refuse'; why: 'forbidden' | 'malformed' };

// ---- providers ------------------------------------------------------------------------------------------------

/** One message with the signature that its provider (or its official library) gives it. */
export interface SignatureVector {
  source: string;
  entry: Omit<SignatureEntry, 'provider'>;
  method?: string;
  url?: string;
  body: string;
  headers: Record<string, string>;
  /** ISO 8601; null when time plays no part. */
  at: string | null;
  /** Bytes by URL that the scheme may fetch (certificates), as text. */
  keys?: Readonly<Record<string, string>>;
}

/** A provider: data only. Adding one is a file here, its vectors, and a line in `providers/index.ts`. */
export interface Provider {
  name: string;
  title: string;
  /** Markdown, one paragraph: what is verified, what is ignored, how the sender retries. */
  docs: string;
  /** Page of the provider that says so. */
  link: string;
  scheme: Scheme;
  /**
   * What `secrets` of a document's entry holds. `required`: stored only with at least one. `delivered`: one
   * `{{$env.NAME}}`, which a handshake fills. `optional`, `none`: the options carry the keys, or there are none.
   */
  secrets: 'required' | 'delivered' | 'optional' | 'none';
  /**
   * JSON Schemas of the entry's further properties, with descriptions; `required` are the names that must be there, of
   * `oneOf` exactly one, of those in `anyOf` at least one (`secrets` may be among them).
   */
  options: {
    properties: Readonly<Record<string, JsonObject>>;
    required: readonly string[];
    oneOf?: readonly string[];
    anyOf?: readonly string[];
  };
  /** The sender's own id of the delivery, equal on redelivery. Null when there is none. */
  deliveryId: ValueSource | null;
  eventType: ValueSource | null;
  /** List of the body whose entries are events of their own (empty path: the body), and the id of each; null: no batches. */
  batch: { items: string; id: ValueSource | null } | null;
  handshakes: readonly Handshake[];
  /** Field of a form body that holds the event as JSON: `data` is then that JSON. Null for most. */
  formPayload: string | null;
  /** What the sender wants to hear, where it is not just any 2xx: the async answer unless the document states one. */
  acknowledgement: HandshakeReply | null;
  /** Milliseconds after which the sender gives up; null when unknown. */
  patienceMs: number | null;
  /** Milliseconds over which the same delivery may come again; null when unknown. */
  retryHorizonMs: number | null;
  /** A typical event, for samples and test sends. */
  sample: { headers: Record<string, string>; body: string };
  vectors: readonly SignatureVector[];
}

/** A hint of why a request was refused, for operators. Never holds a secret or a signature that would be right. */
export interface DiagnosisHint {
  code: string;
  /** A sentence that says what to do. */
  message: string;
}

export interface Diagnosis {
  provider: string;
  verdict: { ok: true } | { ok: false; reason: SignatureFault };
  hints: DiagnosisHint[];
}
