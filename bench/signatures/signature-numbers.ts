/** What it costs to verify one genuine request, by preset, one after the other in one process. */
export interface SignatureNumbers {
  /** Microseconds of processor time by provider, and the bytes of the body that was verified. */
  verifyUs: Record<string, { us: number; bytes: number }>;
}

/** Seconds for each preset. */
export interface SignatureOrder {
  seconds: number;
}
