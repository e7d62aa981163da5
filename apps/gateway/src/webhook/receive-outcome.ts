import type { Reply } from '#engine';

/** How a request ended that was not refused. The execution, where there is one, stands in `request.known`. */
export type ReceiveOutcome =
  /** An OPTIONS request: CORS preflight or the list of methods. */
  | { kind: 'options'; reply: Reply }
  | { kind: 'handshake'; gate: number; reply: Reply }
  | { kind: 'filtered'; reply: Reply }
  /** The async answer, or what the workflow replied. */
  | { kind: 'answered'; reply: Reply }
  /** The wait ended before the workflow did, and the document says that the sender shall come back. */
  | { kind: 'pending'; reply: Reply }
  /** The caller hung up while it waited; the execution goes on. */
  | { kind: 'gone' };
