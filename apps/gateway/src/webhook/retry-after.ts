/** `Retry-After` of a limit: whole seconds, never 0, which some senders take for "at once, and for ever". */
export function retryAfter(milliseconds: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1_000))) };
}
