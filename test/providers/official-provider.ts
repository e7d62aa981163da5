import type { JsonObject } from '#shared';
import type { UnsignedRequest } from '#signatures';

/** Numbers in [0, 1). */
export type Random = () => number;

/** A part of a request that the signature covers, or the signature itself. */
export interface SignedPart {
  name: string;
  /** The same request with one bit of that part flipped. */
  flip(request: UnsignedRequest, random: Random): UnsignedRequest;
}

/** A change that the package lets pass and that is refused here. */
export interface Stricter {
  /** What the change did, as {@link ChangedRequest} names it. */
  when(changed: ChangedRequest): boolean;
  why: string;
}

/** A request that was signed and then changed. */
export interface ChangedRequest {
  /** Names of the changes, in order. */
  changes: readonly string[];
  request: UnsignedRequest;
  /** Before the changes. */
  signed: UnsignedRequest;
  now: Date;
}

/**
 * One preset beside one npm package of its provider. Headers reach the package as Node gives them: lower-case names,
 * repeated ones joined with `, `. Packages that read the clock take `Date`, which a spec may have stopped.
 */
export interface OfficialProvider {
  preset: string;
  /** npm package, and what tells two adapters of one preset apart. */
  name: string;
  /** What the document's entry says besides `type`, `provider` and `secrets`. */
  options: JsonObject;
  /** Options that a document reads from `$env`. */
  secretOptions: readonly string[];
  secrets: readonly string[];
  /** What `signMessage` needs besides. */
  signing: { privateKey?: string; keyId?: string };
  /** Bytes by URL that the scheme may fetch. */
  keys: Readonly<Record<string, string>>;
  /** A typical message without its signature, of a body that varies. */
  sample(url: string, random: Random, now: Date): UnsignedRequest;
  /** `package`: it signs itself. `formula`: it only verifies; the documented formula signs, and the package agrees. */
  signedBy: 'package' | 'formula';
  sign(request: UnsignedRequest, now: Date): UnsignedRequest | Promise<UnsignedRequest>;
  /** May throw, which is a refusal. */
  verify(request: UnsignedRequest, now: Date): boolean | Promise<boolean>;
  parts: readonly SignedPart[];
  stricter: readonly Stricter[];
}

/** An adapter with the usual parts filled in. */
export function official(
  adapter: Pick<OfficialProvider, 'preset' | 'name' | 'sample' | 'sign' | 'verify' | 'parts' | 'signedBy'> &
    Partial<OfficialProvider>,
): OfficialProvider {
  return { options: {}, secretOptions: [], secrets: [], signing: {}, keys: {}, stricter: [], ...adapter };
}

/** The package's verdict; what it throws is a refusal. */
export async function isAcceptedBy(provider: OfficialProvider, request: UnsignedRequest, now: Date): Promise<boolean> {
  try {
    return await provider.verify(request, now);
  } catch {
    return false;
  }
}
