/** What travels on a reply channel: an execution id, or one and a text behind a line break. */
export interface ReplyMessage {
  executionId: string;
  /** Null when the message brought none. */
  text: string | null;
}

/**
 * The message for an execution. The text is left out when the whole would take more than `maxBytes` of UTF-8, or when
 * it would not arrive as it is: a lone surrogate has no UTF-8, and Postgres carries no NUL.
 */
export function encodeReply(executionId: string, text: string | undefined, maxBytes: number): string {
  if (text === undefined || !text.isWellFormed() || text.includes('\0')) return executionId;
  const message = `${executionId}\n${text}`;
  return Buffer.byteLength(message) <= maxBytes ? message : executionId;
}

/** Never throws, whatever was sent. */
export function decodeReply(message: string): ReplyMessage {
  const end = message.indexOf('\n');
  return end < 0
    ? { executionId: message, text: null }
    : { executionId: message.slice(0, end), text: message.slice(end + 1) };
}
