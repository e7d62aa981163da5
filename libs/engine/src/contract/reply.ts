/** What a waiting sender is answered. The body is text; the header decides how it is read. */
export interface Reply {
  /** 200 to 599. */
  status: number;
  /** Lower-case names; already checked to be legal for HTTP. */
  headers: Record<string, string>;
  body: string;
}

/** A reply is final when the sender need not try again: below 500 and neither 408 nor 429 (contract.md 4). */
export function isFinalReply(reply: Reply): boolean {
  return reply.status < 500 && reply.status !== 408 && reply.status !== 429;
}
