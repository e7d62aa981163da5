import type { Provider, Scheme, SignatureEntry, SignatureFault, SignedMessage } from '../contract.js';

/** A request that was refused, with all that decided it. */
export interface Refused {
  provider: Provider;
  /** The preset's, or what the entry's options make of it. */
  scheme: Scheme;
  entry: SignatureEntry;
  message: SignedMessage;
  reason: SignatureFault;
}

/** A mistake that senders and operators make, and the request as it would be without it. */
export interface UsualMistake {
  code: string;
  /** What to do; for operators. */
  message: string;
  undone: Partial<Pick<Refused, 'scheme' | 'entry' | 'message'>>;
}
