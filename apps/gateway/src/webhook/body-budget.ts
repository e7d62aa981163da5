/** Who holds bytes: one request, from its first byte until it was verified or refused. */
export interface BodyHolder {
  heldBytes: number;
}

/**
 * How many bytes of bodies nobody has vouched for yet this process keeps in memory. Bytes count as they come: a mere
 * `Content-Length` reserves nothing, otherwise a few connections that announce much and send nothing would shut
 * everybody out.
 */
export class BodyBudget {
  private held = 0;

  /** @param limit bytes over all requests */
  constructor(private readonly limit: number) {}

  /** True when that many more could be held now. */
  fits(bytes: number): boolean {
    return this.held + bytes <= this.limit;
  }

  /** False, and nothing taken, when they do not fit. */
  take(holder: BodyHolder, bytes: number): boolean {
    if (!this.fits(bytes)) return false;
    this.held += bytes;
    holder.heldBytes += bytes;
    return true;
  }

  /** Gives back whatever the holder has; safe to call again. */
  release(holder: BodyHolder): void {
    this.held -= holder.heldBytes;
    holder.heldBytes = 0;
  }
}
